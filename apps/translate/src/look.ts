// The sentence that is looked at, and what is switched off in the model meanwhile.
import { batch, effect, signal } from "@preact/signals";
import type { Ablated, HeadRef } from "@qkv/visualize/element";
import { ablationOf, NOTHING_OFF, withHead, withToken } from "./ablated.ts";
import { guarded } from "./models.ts";
import { settings } from "./search.ts";
import { isOthers, running, sentences, shown } from "./session.ts";
import { work } from "./work.ts";
import type { Look } from "./worker.ts";

/** The sentence that is looked at. */
export const current = signal<number | undefined>(undefined);
/** It stays when the pointer goes to others. */
export const pinned = signal(false);
/** What the model did in it. */
export const look = signal<Look | undefined>(undefined);
/** What is switched off while looking. */
export const ablated = signal<Ablated>(NOTHING_OFF);

effect(() => {
  // A translation that begins anew has nothing to look at yet, nor has another model seen this one.
  void [shown.value, isOthers.value];
  [current.value, look.value, ablated.value, pinned.value] = [undefined, undefined, NOTHING_OFF, false];
});

/** Looks at a sentence, at all of its heads and tokens. */
export async function lookAt(index: number): Promise<void> {
  if (running.value || isOthers.value || index === current.value || sentences.value[index]?.ids.length === 0) return; // nothing was read
  batch(() => {
    current.value = index;
    look.value = undefined;
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
  const shape = look.value?.attention;
  if (sentence === undefined || sentence.ids.length === 0) return;
  await guarded(async () => {
    const { ids, tokens } = sentence;
    const seen = await work.look({ ids, tokens }, settings.value, ablationOf(off, shape));
    if (current.value === index && ablated.value === off) look.value = seen;
  });
}
