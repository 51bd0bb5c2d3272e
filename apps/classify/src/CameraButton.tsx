import { useEffect, useRef, useState } from "preact/hooks";
import { FileButton, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { problem } from "./session.ts";

interface CameraButtonProps {
  readonly children: string;
  readonly onFiles: (files: File[]) => void;
}

/** A button that opens the camera; where a page may not use one, the system's own way to take a photo. */
export function CameraButton({ children, onFiles }: CameraButtonProps) {
  const [stream, setStream] = useState<MediaStream>();
  if (!("mediaDevices" in navigator)) {
    return (
      <FileButton accept="image/*" capture="environment" onFiles={onFiles}>
        {children}
      </FileButton>
    );
  }
  const start = async () => {
    try {
      setStream(await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }));
    } catch (error) {
      problem.value = { name: "CameraError", message: (error as Error).message };
    }
  };
  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    setStream(undefined);
  };
  return (
    <>
      <button type="button" onClick={() => void start()}>
        {children}
      </button>
      {stream && <Camera stream={stream} onClose={close} onPhoto={(photo) => onFiles([photo])} />}
    </>
  );
}

interface CameraProps {
  readonly stream: MediaStream;
  readonly onPhoto: (photo: File) => void;
  readonly onClose: () => void;
}

function Camera({ stream, onPhoto, onClose }: CameraProps) {
  const { camera } = useMessages(MESSAGES);
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  const take = async () => {
    if (video.current === null) return;
    const { videoWidth, videoHeight } = video.current;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext("2d")?.drawImage(video.current, 0, 0);
    const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    onPhoto(new File([photo], `${new Date().toLocaleTimeString()}.jpg`, { type: photo.type }));
    onClose();
  };
  return (
    <dialog ref={dialog} class="camera" aria-label={camera.view} onClose={onClose}>
      <video ref={video} autoplay muted playsinline />
      <div class="row">
        <button type="button" class="main" onClick={() => void take()}>
          {camera.take}
        </button>
        <button type="button" class="plain" onClick={onClose}>
          {camera.close}
        </button>
      </div>
    </dialog>
  );
}
