import { FileButton, Notice, Progress, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { CameraButton } from "./CameraButton.tsx";
import {
  addClass,
  addLessons,
  cancelTeaching,
  classes,
  downloadTaught,
  isTaughtOpen,
  missing,
  type OwnClass,
  removeClass,
  removeLesson,
  renameClass,
  teachClasses,
  teaching,
  teachError,
} from "./lessons.ts";
import { MESSAGES } from "./messages.ts";
import { labels } from "./session.ts";

/** Classes of a person's own: names, a few pictures of each, a button, and the model to take home. */
export function TeachPanel() {
  const { teach } = useMessages(MESSAGES);
  const { phase, done, total } = teaching.value ?? {};
  return (
    <details class="panel teach">
      <summary>
        <span>{teach.title}</span>
        <span class="quiet">{teach.summary}</span>
      </summary>
      <p class="quiet">{teach.lead}</p>
      <ul class="classes">
        {classes.value.map((one, place) => (
          <li key={one.id}>
            <ClassEditor one={one} number={place + 1} />
          </li>
        ))}
      </ul>
      <div class="row start">
        <button
          type="button"
          class="main"
          disabled={missing.value !== undefined || teaching.value !== undefined}
          onClick={() => void teachClasses()}
        >
          {teach.start}
        </button>
        <button type="button" class="plain" onClick={addClass}>
          {teach.addClass}
        </button>
        {missing.value !== undefined && <span class="small quiet">{teach.missing[missing.value]}</span>}
      </div>
      {phase !== undefined && (
        <Progress
          label={teach[phase]}
          value={done}
          max={total}
          detail={teach.of(done ?? 0, total ?? 0)}
          onCancel={cancelTeaching}
        />
      )}
      {teachError.value !== undefined && <Notice error={teachError.value} />}
      {isTaughtOpen.value && teaching.value === undefined && (
        <div class="stack taught">
          <p role="status">{teach.done(labels.value.join(", "))}</p>
          <div class="row start">
            <button type="button" onClick={() => void downloadTaught()}>
              {teach.download}
            </button>
            <span class="small quiet grow">{teach.downloadHint}</span>
          </div>
        </div>
      )}
    </details>
  );
}

function ClassEditor({ one, number }: { readonly one: OwnClass; readonly number: number }) {
  const { teach } = useMessages(MESSAGES);
  const { id, label, pictures } = one;
  const add = (files: File[]) => addLessons(id, files);
  return (
    <div class="class-editor stack">
      <div class="row">
        <input
          type="text"
          aria-label={teach.className(number)}
          placeholder={teach.placeholder(number)}
          autocomplete="off"
          value={label}
          onInput={({ currentTarget }) => renameClass(id, currentTarget.value)}
        />
        {classes.value.length > 2 && (
          <button
            type="button"
            class="plain"
            aria-label={teach.removeClass(label || `${number}`)}
            onClick={() => removeClass(id)}
          >
            ✕
          </button>
        )}
      </div>
      {pictures.length > 0 && (
        <ul class="thumbs">
          {pictures.map((picture) => (
            <li key={picture.url}>
              <button
                type="button"
                class="thumb"
                aria-label={teach.removePicture(printable(picture.file.name))}
                title={teach.removePicture(printable(picture.file.name))}
                onClick={() => removeLesson(id, picture)}
              >
                <img src={picture.url} alt="" decoding="async" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="row start">
        <FileButton accept="image/*" multiple onFiles={add}>
          {teach.addPictures}
        </FileButton>
        <CameraButton onFiles={add}>{teach.photograph}</CameraButton>
        <span class="small quiet">{teach.count(pictures.length)}</span>
      </div>
    </div>
  );
}
