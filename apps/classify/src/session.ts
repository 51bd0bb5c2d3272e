// What the page knows, and what a person can do with it. The components show it; the worker computes it.
import { type BackendStatus, connectWorker, hear, isAbort, type ModelSource, shippedModels } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import type { BackendName } from "@qkv/backend";
import type { DownloadProgress } from "@qkv/pretrained";
import type { Answer, Work } from "./worker.ts";

/** A picture, and what became of it. */
export interface Picture {
  readonly id: number;
  readonly name: string;
  readonly file: File;
  /** For `<img>`. */
  readonly url: string;
  readonly answer?: Answer | undefined;
  readonly error?: unknown;
}

const work = connectWorker<Work>(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));

/** The newest first. */
export const pictures = signal<readonly Picture[]>([]);
export const status = signal<BackendStatus | undefined>(undefined);
export const model = signal<ModelSource | undefined>(undefined);
/** The classes of the open model. */
export const labels = signal<readonly string[]>([]);
export const opening = signal<{ source: ModelSource; progress?: DownloadProgress } | undefined>(undefined);
export const modelError = signal<unknown>(undefined);
/** Something that is not one picture's or the model's went wrong. */
export const problem = signal<unknown>(undefined);

/** Opens a model, and shows it the pictures that are there. */
export async function openModel(source: ModelSource): Promise<void> {
  modelError.value = undefined;
  opening.value = { source };
  const listener = hear((progress: DownloadProgress) => {
    if (opening.value?.source === source) opening.value = { source, progress };
  });
  try {
    status.value = await work.open(source, listener);
    model.value = source;
    labels.value = await work.labels();
    await classifyAll();
  } catch (error) {
    if (!isAbort(error)) modelError.value = error;
  } finally {
    if (opening.value?.source === source) opening.value = undefined;
  }
}

/** Stops opening a model. */
export function cancelOpening(): void {
  void work.cancel();
}

/** Computes on another backend, and shows the pictures again. */
export async function switchBackend(name: BackendName): Promise<void> {
  try {
    status.value = await work.switchBackend(name);
    await classifyAll();
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  }
}

let next = 0;

/** Shows pictures to the model. */
export async function addPictures(files: readonly File[]): Promise<void> {
  const added = files.map((file) => ({ id: next++, name: file.name, file, url: URL.createObjectURL(file) }));
  pictures.value = [...added.toReversed(), ...pictures.value];
  for (const picture of added) await classify(picture);
}

/** Takes a picture off the page. */
export function removePicture({ id, url }: Picture): void {
  URL.revokeObjectURL(url);
  pictures.value = pictures.value.filter((picture) => picture.id !== id);
}

async function classifyAll(): Promise<void> {
  for (const picture of pictures.value) await classify(picture);
}

async function classify({ id, file }: Picture): Promise<void> {
  if (model.value === undefined) return;
  try {
    change(id, { answer: await work.classify(file), error: undefined });
  } catch (error) {
    if (!isAbort(error)) change(id, { answer: undefined, error });
  }
  status.value = await work.status();
}

function change(id: number, news: Partial<Picture>): void {
  pictures.value = pictures.value.map((picture) => (picture.id === id ? { ...picture, ...news } : picture));
}

const [shipped] = shippedModels();
if (shipped !== undefined) void openModel(shipped);
