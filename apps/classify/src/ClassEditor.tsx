import { FileButton, Notice, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { CameraButton } from "./CameraButton.tsx";
import { CameraView } from "./CameraView.tsx";
import { addLessons, classes, type OwnClass, removeClass, removeLesson, renameClass } from "./lessons.ts";
import { MESSAGES } from "./messages.ts";
import { useCamera } from "./useCamera.ts";

/** A class of a person's own: its name, and pictures from files or of the camera, which stays on for several. */
export function ClassEditor({ one, number }: { readonly one: OwnClass; readonly number: number }) {
  const { teach } = useMessages(MESSAGES);
  const camera = useCamera();
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
      <div class="row start">
        <FileButton accept="image/*" multiple onFiles={add}>
          {teach.addPictures}
        </FileButton>
        <CameraButton camera={camera} onFiles={add}>
          {teach.photograph}
        </CameraButton>
        <span class="small quiet" aria-live="polite">
          {teach.count(pictures.length)}
        </span>
      </div>
      {camera.error !== undefined && <Notice error={camera.error} />}
      {camera.stream !== undefined && <CameraView stream={camera.stream} onPhoto={(photo) => add([photo])} />}
      <Thumbs one={one} />
    </div>
  );
}

function Thumbs({ one: { id, pictures } }: { readonly one: OwnClass }) {
  const { teach } = useMessages(MESSAGES);
  if (pictures.length === 0) return null;
  return (
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
  );
}
