import { SEED } from "../../text/seed.ts";

const NONE = -1;

/** A trie of texts and a number for each, walked from node 0 by one UTF-16 unit at a time. */
export class Trie {
  // Edges are an open hash table, three numbers each: the node they come from, the unit, and the child; 0 where there is none.
  #edges = new Int32Array(3 * 64);
  #mask = 63;
  #size = 0;
  readonly #values: number[] = [NONE];

  constructor(entries: Iterable<readonly [text: string, value: number]> = []) {
    for (const [text, value] of entries) this.set(text, value);
  }

  /** Sets the number of `text`, which must not be negative. */
  set(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++)
      node = this.next(node, text.charCodeAt(i)) || this.#add(node, text.charCodeAt(i));
    this.#values[node] = value;
  }

  /** The child of `node` by `unit`; 0 if there is none. */
  next(node: number, unit: number): number {
    return this.#edges[this.#place(node, unit) + 2] ?? 0;
  }

  /** The number of the text that ends at `node`; -1 when none does. */
  valueOf(node: number): number {
    return this.#values[node] ?? NONE;
  }

  #add(node: number, unit: number): number {
    if (2 * ++this.#size > this.#mask) this.#grow();
    const child = this.#values.push(NONE) - 1;
    this.#put(node, unit, child);
    return child;
  }

  #put(node: number, unit: number, child: number): void {
    const at = this.#place(node, unit);
    this.#edges[at] = node;
    this.#edges[at + 1] = unit;
    this.#edges[at + 2] = child;
  }

  /** The place of the edge, or the empty one for it. */
  #place(node: number, unit: number): number {
    const edges = this.#edges;
    const mask = this.#mask;
    let slot = Math.imul(unit ^ SEED, 0x9e3779b1) ^ Math.imul(node, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const at = 3 * slot;
      if (edges[at + 2] === 0 || (edges[at] === node && edges[at + 1] === unit)) return at;
    }
  }

  #grow(): void {
    const edges = this.#edges;
    this.#edges = new Int32Array(2 * edges.length);
    this.#mask = 2 * this.#mask + 1;
    for (let at = 0; at < edges.length; at += 3) {
      if (edges[at + 2] !== 0) this.#put(edges[at] ?? 0, edges[at + 1] ?? 0, edges[at + 2] ?? 0);
    }
  }
}
