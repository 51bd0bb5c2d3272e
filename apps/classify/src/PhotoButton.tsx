import { Notice, useMessages } from "@qkv/app-shell";
import { useEffect, useRef } from "preact/hooks";
import { CameraButton } from "./CameraButton.tsx";
import { CameraView } from "./CameraView.tsx";
import { MESSAGES } from "./messages.ts";
import { useCamera } from "./useCamera.ts";

/** A button that opens the camera above the page, to take one picture. */
export function PhotoButton({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const messages = useMessages(MESSAGES);
  const camera = useCamera();
  const { stream, error, stop } = camera;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (stream !== undefined) dialog.current?.showModal();
  }, [stream]);
  const take = (photo: File) => {
    stop();
    onFiles([photo]);
  };
  return (
    <>
      <CameraButton camera={camera} onFiles={onFiles}>
        {messages.photograph}
      </CameraButton>
      {error !== undefined && <Notice error={error} />}
      {stream !== undefined && (
        <dialog ref={dialog} class="card" aria-label={messages.camera.view} onClose={stop}>
          <CameraView stream={stream} onPhoto={take}>
            <button type="button" class="plain" onClick={stop}>
              {messages.camera.close}
            </button>
          </CameraView>
        </dialog>
      )}
    </>
  );
}
