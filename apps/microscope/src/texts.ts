// The texts of the experiments, and what the model reads of the first.
import { batch, effect, signal } from "@preact/signals";
import { stop, worker } from "./connection.ts";
import { guarded, model, subject } from "./models.ts";
import type { SubjectDescription } from "./worker.ts";
import type { Reading, Refusal } from "./worker/readText.ts";

/** The text that the model reads. */
export const text = signal("");
/** Of an encoder-decoder, what it has written so far. */
export const target = signal("");
/** The text whose activations are put in the place of the first one's. */
export const other = signal("");
/** What was read last; the views show it. */
export const reading = signal<Reading | undefined>(undefined);
/** Why the text was not read that was asked for last. */
export const refusal = signal<Refusal | undefined>(undefined);
export const isReading = signal(false);

/** Texts to begin with, which differ in a word. */
interface Beginning {
  readonly text: string;
  readonly target: string;
  readonly other: string;
}

const BEGINNINGS: Readonly<Record<SubjectDescription["outline"]["kind"], (mask: string) => Beginning>> = {
  encoderDecoder: () => ({ text: "The cat is black.", target: "Le", other: "The dog is black." }),
  decoder: () => ({ text: "The capital of Italy is", target: "", other: "The capital of France is" }),
  encoder: (mask) => ({
    ...{ text: `Rome is the ${mask} of Italy.`, target: "", other: `Paris is the ${mask} of France.` },
  }),
};

let begun: Beginning | undefined;

effect(() => {
  const of = subject.value;
  if (of === undefined) return;
  const next = BEGINNINGS[of.outline.kind](of.mask ?? "capital");
  batch(() => {
    // A person's own text stays when another model is opened.
    if (text.peek() === (begun?.text ?? "")) text.value = next.text;
    if (target.peek() === (begun?.target ?? "")) target.value = next.target;
    if (other.peek() === (begun?.other ?? "")) other.value = next.other;
    begun = next;
    [reading.value, refusal.value] = [undefined, undefined]; // another model has other tokens
  });
  void read();
});

/** Lets the model read the text. What it read before stays if it cannot. */
export async function read(): Promise<void> {
  if (subject.peek() === undefined) return;
  isReading.value = true;
  const of = model.peek();
  await guarded(async () => {
    await stop(); // what is computed of the text before is of no use any more
    const result = await worker.read(text.peek(), target.peek());
    if (of !== model.peek()) return;
    batch(() => {
      refusal.value = "refused" in result ? result : undefined;
      if (!("refused" in result)) reading.value = result;
    });
  });
  isReading.value = false;
}
