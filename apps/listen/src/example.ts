// What the page shows before there is a model: a sound made by a synthesizer, and what a model wrote of it.
import { batch } from "@preact/signals";
import { isExample, segments } from "./session.ts";
import { show, sound } from "./sounds.ts";
import { guarded } from "./models.ts";
import { worker } from "./connection.ts";
import type { HeardAttention, HeardSegment, HeardWord } from "./worker/heardSegment.ts";

const at = (name: string) => new URL(`example/${name}`, document.baseURI).href;

/** A word as it is kept: its attention as text, each value a character from `!`. */
interface KeptWord extends Omit<HeardWord, "attention"> {
  readonly attention: Omit<HeardAttention, "values"> & { readonly values: string };
}

/** Shows the example, unless something else is shown by then. */
export async function showExample(): Promise<void> {
  await guarded(async () => {
    const [blob, kept] = await Promise.all([
      fetch(at("speech.wav")).then((response) => response.blob()),
      fetch(at("transcript.json")).then((response) => response.json() as Promise<readonly KeptSegment[]>),
    ]);
    const described = await worker.takeFile(0, blob);
    if (sound.value !== undefined) return;
    batch(() => {
      show({ ...described, id: 0, name: "speech.wav", url: URL.createObjectURL(blob), file: blob });
      [segments.value, isExample.value] = [kept.map(exampleSegment), true];
    });
  });
}

type KeptSegment = Omit<HeardSegment, "words"> & { readonly words: readonly KeptWord[] };

function exampleSegment({ words, ...segment }: KeptSegment): HeardSegment {
  return { ...segment, words: words.map(exampleWord) };
}

function exampleWord({ attention, ...word }: KeptWord): HeardWord {
  const values = Uint8Array.from(attention.values, (char) => Math.round(((char.charCodeAt(0) - 33) * 255) / 90));
  return { ...word, attention: { ...attention, values } };
}
