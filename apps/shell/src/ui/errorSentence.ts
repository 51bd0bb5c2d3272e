import { printable } from "@qkv/visualize";
import { language, type Messages } from "./language.ts";

/** What a page says when something went wrong. */
export interface ErrorSentence {
  /** In the page's language: what happened, and what a person can do. */
  readonly sentence: string;
  /** What the code says, in English: the file, what was expected and what came. */
  readonly detail: string;
}

type Kind =
  | "camera"
  | "cameraBusy"
  | "cameraMissing"
  | "cameraRefused"
  | "crashed"
  | "diverged"
  | "file"
  | "gpu"
  | "image"
  | "memory"
  | "model"
  | "network"
  | "numbers"
  | "other"
  | "stopped"
  | "stuck";

const SENTENCES: Messages<Record<Kind, string>> = {
  en: {
    camera: "This page cannot use a camera. Choose a picture instead, or allow the camera for this site.",
    cameraBusy: "Another program uses the camera just now: close that one and try again, or choose a picture instead.",
    cameraMissing: "There is no camera here: choose a picture instead.",
    cameraRefused: "The camera was not allowed: allow it for this site in the browser, or choose a picture instead.",
    crashed:
      "The computation ended unexpectedly, perhaps because memory ran out. What you put in is still here. If it happens again, try a smaller model.",
    diverged:
      "The training left the path: its numbers are no longer finite. Try a lower learning rate, what was learned before is kept.",
    file: "This file cannot be read. It may have been moved or deleted, or it is too large.",
    gpu: "The GPU is no longer available. Nothing is lost, and the page continues. If it happens again, choose WebAssembly under Computing.",
    image: "This file cannot be read as an image. Try a PNG, JPEG or WebP.",
    memory: "There is not enough memory for this. Try a smaller model or fewer things at once.",
    model: "This model cannot be opened.",
    network: "No response. Check your connection and try again. Models on this device still work.",
    numbers: "The model computed values that are not numbers, so there is no answer. Its files may be damaged.",
    other: "Something went wrong.",
    stopped: "Stopped.",
    stuck: "The computation did not stop in time and was ended. What you put in is still here.",
  },
  ko: {
    camera: "이 페이지에서 카메라를 쓸 수 없습니다. 사진을 고르거나 이 사이트에 카메라를 허용해 주세요.",
    cameraBusy: "다른 프로그램이 카메라를 쓰고 있으니, 그 프로그램을 닫고 다시 시도하거나 사진을 고르세요.",
    cameraMissing: "카메라가 없으니, 대신 사진을 고르세요.",
    cameraRefused: "카메라가 허용되지 않았으니, 브라우저에서 이 사이트에 카메라를 허용하거나 사진을 고르세요.",
    crashed:
      "계산이 예기치 않게 끝났습니다. 메모리가 부족했을 수 있습니다. 입력한 내용은 그대로 있습니다. 다시 일어나면 더 작은 모델을 사용해 보세요.",
    diverged:
      "학습이 발산하여 값이 무한해졌습니다. 그 전까지 배운 것은 남아 있으니 학습률을 낮추어 다시 학습해 보세요.",
    file: "이 파일을 읽을 수 없습니다. 옮겨졌거나 지워졌거나, 너무 큰 파일일 수 있습니다.",
    gpu: "GPU를 사용할 수 없게 되었습니다. 잃은 것은 없으며 페이지는 계속 작동합니다. 다시 일어나면 ‘계산 방식’에서 WebAssembly를 고르세요.",
    image: "이미지로 읽을 수 없는 파일입니다. PNG, JPEG 또는 WebP 파일을 사용해 보세요.",
    memory: "메모리가 부족합니다. 더 작은 모델을 쓰거나 한 번에 처리하는 양을 줄여 보세요.",
    model: "이 모델을 열 수 없습니다.",
    network: "응답이 없습니다. 네트워크 연결을 확인하고 다시 시도하세요. 이 기기에 있는 모델은 계속 쓸 수 있습니다.",
    numbers: "모델의 계산 결과가 숫자가 아니어서 답이 없습니다. 모델 파일이 손상되었을 수 있습니다.",
    other: "문제가 생겼습니다.",
    stopped: "중지했습니다.",
    stuck: "계산이 제때 멈추지 않아 끝냈습니다. 입력한 내용은 그대로 있습니다.",
  },
};

const KINDS: Readonly<Record<string, Kind>> = {
  AbortError: "stopped",
  CameraBusyError: "cameraBusy",
  CameraError: "camera",
  CameraMissingError: "cameraMissing",
  CameraRefusedError: "cameraRefused",
  DeviceLostError: "gpu",
  ImageFileError: "image",
  NonFiniteError: "numbers",
  NotFoundError: "file",
  NotReadableError: "file",
  PretrainedError: "model",
  TrainingError: "diverged",
  UnreachableError: "network",
  WorkerCrashedError: "crashed",
  WorkerStuckError: "stuck",
};

/** Puts an error, the page's own or its worker's, in words for the person in front of it. */
export function errorSentence(error: unknown): ErrorSentence {
  const { name, message } = isNamed(error) ? error : { name: "Error", message: String(error) };
  const kind = /out of memory|allocation failed/i.test(message) ? "memory" : (KINDS[name] ?? "other");
  return { sentence: SENTENCES[language.value][kind], detail: kind === "stopped" ? "" : printable(message) };
}

/** Whether somebody stopped it, and so knows. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** An error, or what is left of one that a worker told of. */
function isNamed(error: unknown): error is Pick<Error, "name" | "message"> {
  return typeof error === "object" && error !== null && "name" in error && "message" in error;
}
