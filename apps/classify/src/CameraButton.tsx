import { FileButton, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import type { Camera } from "./useCamera.ts";

interface CameraButtonProps {
  readonly camera: Camera;
  readonly children: string;
  readonly onFiles: (files: File[]) => void;
}

/** A button that turns a camera on and off; where a page may not use one, the system's own way to take a photo. */
export function CameraButton({ camera: { stream, start, stop }, children, onFiles }: CameraButtonProps) {
  const { camera } = useMessages(MESSAGES);
  if (!("mediaDevices" in navigator)) {
    return (
      <FileButton accept="image/*" capture="environment" onFiles={onFiles}>
        {children}
      </FileButton>
    );
  }
  return (
    <button type="button" onClick={stream === undefined ? start : stop}>
      {stream === undefined ? children : camera.stop}
    </button>
  );
}
