// The head that all views look at.
import { computed, signal } from "@preact/signals";
import { subject } from "./models.ts";
import type { HeadPlace } from "./worker/heads.ts";

const wanted = signal<HeadPlace | undefined>(undefined);

/** The chosen head; undefined until a model is open. */
export const chosenHead = computed((): HeadPlace | undefined => {
  const stacks = subject.value?.outline.stacks ?? [];
  const last = stacks.at(-1);
  if (last === undefined) return undefined;
  const head = wanted.value;
  const stack = stacks.find(({ name }) => name === head?.side);
  const heads = head?.attention === "cross" ? stack?.crossHeads : stack?.heads;
  if (head !== undefined && heads !== undefined && head.head < (heads[head.layer] ?? 0)) return head;
  const attention = last.crossHeads.length > 0 ? "cross" : "self"; // where a translator's words come from
  return { side: last.name, attention, layer: last.layers - 1, head: 0 };
});

/** Chooses a head. */
export function chooseHead(head: HeadPlace): void {
  wanted.value = head;
}
