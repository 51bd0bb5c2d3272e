import { useEffect, useRef, useState } from "preact/hooks";
import { CameraError, closeCamera, openCamera } from "./camera.ts";

/** A camera in a component. */
export interface Camera {
  /** What it shows; undefined while it is off. */
  readonly stream: MediaStream | undefined;
  /** Why it could not be opened, or ended. */
  readonly error: unknown;
  start(): void;
  stop(): void;
}

/** Lets the camera go that was started last, wherever on the page. */
export let stopCamera = (): void => undefined;

/** A camera that is on from `start` to `stop`, not longer than its component is there, and only one at a time. */
export function useCamera(): Camera {
  const [stream, setStream] = useState<MediaStream>();
  const [error, setError] = useState<unknown>();
  const turn = useRef(0); // counts starts and stops: what opens for an earlier one is let go
  const open = useRef<MediaStream | undefined>(undefined);
  const stop = () => {
    turn.current++;
    closeCamera(open.current);
    open.current = undefined;
    setStream(undefined);
  };
  const start = async () => {
    stopCamera();
    stopCamera = stop;
    const asked = ++turn.current;
    setError(undefined);
    try {
      const opened = await openCamera();
      if (asked !== turn.current) return closeCamera(opened);
      const unplugged = () => {
        if (open.current !== opened) return;
        stop();
        setError(new CameraError({ name: "NotFoundError", message: "" }));
      };
      opened.getVideoTracks()[0]?.addEventListener("ended", unplugged);
      open.current = opened;
      setStream(opened);
    } catch (failure) {
      if (asked === turn.current) setError(failure);
    }
  };
  useEffect(() => stop, []);
  return { stream, error, start: () => void start(), stop };
}
