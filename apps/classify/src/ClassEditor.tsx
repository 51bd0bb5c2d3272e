import { FileButton, Notice, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { CameraButton } from "./CameraButton.tsx";
import { CameraView } from "./CameraView.tsx";
import {
  addExamples,
  classes,
  type TrainingClass,
  removeClass,
  removeExample,
  renameClass,
} from "./trainingClasses.ts";
import { MESSAGES } from "./messages.ts";
import { useCamera } from "./useCamera.ts";

/** A class of a person's own: its name, and pictures from files or of the camera, which stays on for several. */
export function ClassEditor({ one, number }: { readonly one: TrainingClass; readonly number: number }) {
  const { training: words } = useMessages(MESSAGES);
  const camera = useCamera();
  const { id, label, pictures } = one;
  const add = (files: File[]) => addExamples(id, files);
  return (
    <div class="class-editor stack">
      <div class="row">
        <input
          type="text"
          aria-label={words.className(number)}
          placeholder={words.placeholder(number)}
          autocomplete="off"
          value={label}
          onInput={({ currentTarget }) => renameClass(id, currentTarget.value)}
        />
        {classes.value.length > 2 && (
          <button
            type="button"
            class="plain"
            aria-label={words.removeClass(label || `${number}`)}
            onClick={() => removeClass(id)}
          >
            ✕
          </button>
        )}
      </div>
      <div class="row start">
        <FileButton accept="image/*" multiple onFiles={add}>
          {words.addPictures}
        </FileButton>
        <CameraButton camera={camera} onFiles={add}>
          {words.photograph}
        </CameraButton>
        <span class="small quiet" aria-live="polite">
          {words.count(pictures.length)}
        </span>
      </div>
      {camera.error !== undefined && <Notice error={camera.error} />}
      {camera.stream !== undefined && <CameraView stream={camera.stream} onPhoto={(photo) => add([photo])} />}
      <Thumbs one={one} />
    </div>
  );
}

function Thumbs({ one: { id, pictures } }: { readonly one: TrainingClass }) {
  const { training: words } = useMessages(MESSAGES);
  if (pictures.length === 0) return null;
  return (
    <ul class="thumbs">
      {pictures.map((picture) => (
        <li key={picture.url}>
          <button
            type="button"
            class="thumb"
            aria-label={words.removePicture(printable(picture.file.name))}
            title={words.removePicture(printable(picture.file.name))}
            onClick={() => removeExample(id, picture)}
          >
            <img src={picture.url} alt="" decoding="async" />
          </button>
        </li>
      ))}
    </ul>
  );
}
