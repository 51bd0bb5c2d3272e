// The pictures, and what the model says of them.
import { isAbort } from "@qkv/app-shell";
import { computed, signal } from "@preact/signals";
import { printable } from "@qkv/visualize";
import { status } from "./status.ts";
import { worker } from "./connection.ts";
import type { Answer } from "./worker.ts";

/** A picture, and what became of it. */
export interface Picture {
  readonly id: number;
  /** The file's, as it may be shown. */
  readonly name: string;
  readonly file: File;
  /** For `<img>`. */
  readonly url: string;
  readonly answer?: Answer | undefined;
  readonly error?: unknown;
}

/** All of them, the newest first. */
export const pictures = signal<readonly Picture[]>([]);
const chosen = signal<number | undefined>(undefined);
/** The one that is shown large. */
export const current = computed(() => pictures.value.find(({ id }) => id === chosen.value) ?? pictures.value[0]);

let next = 0;

/** Shows pictures to the model. */
export async function addPictures(files: readonly File[]): Promise<void> {
  const added = files.map((file) => {
    return { id: next++, name: printable(file.name), file, url: URL.createObjectURL(file) };
  });
  pictures.value = [...added.toReversed(), ...pictures.value];
  chosen.value = added.at(-1)?.id;
  for (const picture of added) await classify(picture);
}

/** Shows one large. */
export function choosePicture(id: number): void {
  chosen.value = id;
}

/** Takes one off the page. */
export function removePicture({ id, url }: Picture): void {
  URL.revokeObjectURL(url);
  pictures.value = pictures.value.filter((picture) => picture.id !== id);
}

/** Shows all of them to the model, which is another now. */
export async function classifyBatch(): Promise<void> {
  pictures.value = pictures.value.map(({ id, name, file, url }) => ({ id, name, file, url }));
  await classifyWaiting();
}

/** Shows those to the model that have no answer, because the work was stopped. */
export async function classifyWaiting(): Promise<void> {
  for (const picture of pictures.value) {
    if (picture.answer === undefined && picture.error === undefined) await classify(picture);
  }
}

async function classify({ id, file }: Picture): Promise<void> {
  if (status.value === undefined) return; // no model yet: it asks for them once it is there
  try {
    change(id, { answer: await worker.classify(file) });
    status.value = await worker.status();
  } catch (error) {
    if (!isAbort(error)) change(id, { error });
  }
}

function change(id: number, news: Partial<Picture>): void {
  pictures.value = pictures.value.map((picture) => (picture.id === id ? { ...picture, ...news } : picture));
}
