// The sentence that is inspected, and what is switched off in the model meanwhile.
import { batch, effect, signal } from "@preact/signals";
import type { Ablated, HeadRef } from "@qkv/visualize/element";
import { ablationOf, NOTHING_OFF, withHead, withToken } from "./ablation.ts";
import { guarded } from "./models.ts";
import { settings } from "./search.ts";
import { isOthers, running, sentences, shown } from "./session.ts";
import { worker } from "./connection.ts";
import type { Inspection } from "./worker.ts";

/** The sentence that is inspected. */
export const current = signal<number | undefined>(undefined);
/** It stays when the pointer goes to others. */
export const pinned = signal(false);
/** What the model did in it. */
export const inspection = signal<Inspection | undefined>(undefined);
/** What is switched off. */
export const ablated = signal<Ablated>(NOTHING_OFF);

effect(() => {
  // A translation that begins anew has nothing to inspect yet, nor has another model seen this one.
  void [shown.value, isOthers.value];
  [current.value, inspection.value, ablated.value, pinned.value] = [undefined, undefined, NOTHING_OFF, false];
});

/** Inspects a sentence, with all of its heads and tokens. */
export async function inspect(index: number): Promise<void> {
  if (running.value || isOthers.value || index === current.value || sentences.value[index]?.ids.length === 0) return; // nothing was read
  batch(() => {
    current.value = index;
    inspection.value = undefined;
    ablated.value = NOTHING_OFF;
  });
  await readAgain();
}

/** Switches a head off, or on again. */
export function toggleHead(head: HeadRef): Promise<void> {
  ablated.value = withHead(ablated.value, head);
  return readAgain();
}

/** Hides a token of the source, or shows it again. */
export function toggleToken(place: number): Promise<void> {
  ablated.value = withToken(ablated.value, place);
  return readAgain();
}

/** Switches everything on again. */
export function restore(): Promise<void> {
  ablated.value = NOTHING_OFF;
  return readAgain();
}

async function readAgain(): Promise<void> {
  const [index, off] = [current.value, ablated.value];
  const sentence = index === undefined ? undefined : sentences.value[index];
  const shape = inspection.value?.attention;
  if (sentence === undefined || sentence.ids.length === 0) return;
  await guarded(async () => {
    const { ids, tokens } = sentence;
    const seen = await worker.inspect({ ids, tokens }, settings.value, ablationOf(off, shape));
    if (current.value === index && ablated.value === off) inspection.value = seen;
  });
}
