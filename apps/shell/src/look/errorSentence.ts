import { printable } from "@qkv/visualize";
import { language, type Messages } from "./language.ts";

/** What a page says when something went wrong. */
export interface ErrorSentence {
  /** In the page's language: what happened, and what a person can do. */
  readonly sentence: string;
  /** What the code says, in English: the file, what was expected and what came. */
  readonly detail: string;
}

type Kind = "camera" | "image" | "model" | "network" | "gpu" | "memory" | "stopped" | "other";

const SENTENCES: Messages<Record<Kind, string>> = {
  en: {
    camera: "There is no camera that this page may use. Choose a picture instead, or allow the camera for this site.",
    image: "This file cannot be read as an image. Try a PNG, JPEG or WebP.",
    model: "This model cannot be opened. The one before is still here.",
    network: "Nobody answers. Look at the network, then try again; what is on this device still works.",
    gpu: "The GPU was taken away. Nothing is lost: the page goes on with what there is. If it happens again, choose WebAssembly under Computing.",
    memory: "There is not enough memory for this. Try a smaller model or fewer things at once.",
    stopped: "Stopped.",
    other: "That did not work.",
  },
  ko: {
    camera: "이 페이지에서 쓸 수 있는 카메라가 없습니다. 사진을 고르거나 이 사이트에 카메라를 허용해 주세요.",
    image: "이미지로 읽을 수 없는 파일입니다. PNG, JPEG 또는 WebP 파일을 사용해 보세요.",
    model: "이 모델을 열 수 없습니다. 이전 모델은 그대로 있습니다.",
    network: "응답이 없습니다. 네트워크를 확인하고 다시 시도하세요. 이 기기에 있는 것은 계속 작동합니다.",
    gpu: "GPU를 사용할 수 없게 되었습니다. 잃은 것은 없으며, 쓸 수 있는 방식으로 이어서 계산합니다. 다시 일어나면 ‘계산 방식’에서 WebAssembly를 고르세요.",
    memory: "메모리가 부족합니다. 더 작은 모델을 쓰거나 한 번에 처리하는 양을 줄여 보세요.",
    stopped: "중지했습니다.",
    other: "작업을 마치지 못했습니다.",
  },
};

const KINDS: Readonly<Record<string, Kind>> = {
  AbortError: "stopped",
  DeviceLostError: "gpu",
  ImageFileError: "image",
  NotAllowedError: "camera",
  NotFoundError: "camera",
  PretrainedError: "model",
  UnreachableError: "network",
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
