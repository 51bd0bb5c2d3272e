import { checkArray } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";

/** Shuffles `items` in place, in an order that depends on the stream alone (Fisher and Yates). */
export function shuffle<T>(items: T[], random: RandomStream): T[] {
  checkArray("shuffle", "items", items);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const swapped = items[i] as T;
    items[i] = items[j] as T;
    items[j] = swapped;
  }
  return items;
}
