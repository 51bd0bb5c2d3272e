import { useMessages } from "@qkv/app-shell";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { takePhoto } from "./camera.ts";
import { MESSAGES } from "./messages.ts";

interface CameraViewProps {
  readonly stream: MediaStream;
  readonly onPhoto: (photo: File) => void;
  /** What stands beside the button. */
  readonly children?: ComponentChildren;
}

/** What a camera shows, live, and a button that takes a picture of it. */
export function CameraView({ stream, onPhoto, children }: CameraViewProps) {
  const { camera } = useMessages(MESSAGES);
  const video = useRef<HTMLVideoElement>(null);
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  const take = async () => {
    if (video.current !== null) onPhoto(await takePhoto(video.current));
  };
  return (
    <div class="camera stack">
      <video ref={video} aria-label={camera.view} autoplay muted playsinline onLoadedData={() => setLive(true)} />
      <div class="row">
        <button type="button" class="main" disabled={!isLive} onClick={() => void take()}>
          {camera.take}
        </button>
        {children}
      </div>
    </div>
  );
}
