import { Notice, Progress, useMessages } from "@qkv/app-shell";
import { ClassEditor } from "./ClassEditor.tsx";
import {
  addClass,
  cancelTeaching,
  classes,
  downloadTaught,
  isTaughtOpen,
  missing,
  teachClasses,
  teaching,
  teachError,
} from "./lessons.ts";
import { MESSAGES } from "./messages.ts";
import { labels } from "./session.ts";
import { stopCamera } from "./useCamera.ts";

/** Classes of a person's own: names, a few pictures of each, a button, and the model to take home. */
export function TeachPanel() {
  const { teach } = useMessages(MESSAGES);
  const { phase, done, total } = teaching.value ?? {};
  return (
    <details class="panel teach" onToggle={({ currentTarget }) => !currentTarget.open && stopCamera()}>
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
