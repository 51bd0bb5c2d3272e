// The sound that is listened to.
import { batch, signal } from "@preact/signals";
import { worker } from "./connection.ts";
import { decodedParts, isWav } from "./decodedParts.ts";
import { guarded, problem } from "./models.ts";
import type { SoundDescription } from "./worker.ts";

/** A sound in the page. */
export interface PageSound extends SoundDescription {
  readonly id: number;
  readonly name: string;
  /** What the page plays. */
  readonly url: string;
  /** Absent of the example, which is not listened to. */
  readonly file?: Blob;
}

export const sound = signal<PageSound | undefined>(undefined);
/** A sound that is being read. */
export const readingSound = signal<string | undefined>(undefined);

let ids = 0;

/** A file that neither the page nor the browser can read. */
export class UnreadableSoundError extends Error {
  override readonly name = "UnreadableSoundError";
}

/** Takes another sound in place of the one before. @returns whether it can be listened to */
export async function takeSound(name: string, file: Blob): Promise<boolean> {
  const id = ++ids;
  batch(() => {
    readingSound.value = name;
    problem.value = undefined;
  });
  await guarded(async () => {
    const described = await read(id, name, file);
    if (id === ids) show({ ...described, id, name, file, url: URL.createObjectURL(file) });
  });
  if (id === ids) readingSound.value = undefined;
  return sound.value?.id === id;
}

/** Shows a sound in place of the one before. */
export function show(next: PageSound): void {
  if (sound.value !== undefined) URL.revokeObjectURL(sound.value.url);
  sound.value = next;
}

/** Hands the sound to the worker again, if it was started anew since. */
export async function handOver({ id, name, file }: PageSound): Promise<void> {
  if (file !== undefined && !(await worker.holds(id))) await read(id, name, file);
}

async function read(id: number, name: string, file: Blob): Promise<SoundDescription> {
  if (await isWav(file)) return worker.takeFile(id, file);
  let isFirst = true;
  try {
    for await (const part of decodedParts(file)) {
      await worker.takePart(part, isFirst);
      isFirst = false;
    }
  } catch (error) {
    if ((error as Error).name !== "EncodingError") throw error;
    throw new UnreadableSoundError(`${name}: expected a sound that this browser can play, got another file`);
  }
  return worker.takeParts(id);
}
