/** Why a camera cannot be used: there is none, it was refused, something else holds it, or another reason. */
export class CameraError extends Error {
  constructor({ name, message }: Pick<Error, "name" | "message">) {
    const kind = KINDS[name];
    super(kind === undefined ? message : ""); // of those there is no more to say
    this.name = kind ?? "CameraError";
  }
}

const KINDS: Readonly<Record<string, string>> = {
  NotFoundError: "CameraMissingError",
  NotAllowedError: "CameraRefusedError",
  NotReadableError: "CameraBusyError",
};

/** Opens the camera that looks away from the person. @throws {@link CameraError} */
export async function openCamera(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    throw new CameraError(error as Error);
  }
}

/** Lets a camera go. */
export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A picture of what a camera shows just now. */
export async function takePhoto(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  return new File([photo], `${new Date().toLocaleTimeString()}.jpg`, { type: photo.type });
}
