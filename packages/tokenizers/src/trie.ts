const NONE = -1;

/** Texts and a number for each, found by walking down from node 0 one UTF-16 unit at a time. */
export class Trie {
  // Edges are an open hash table: the slot of (node, unit) holds both in `#keys` and the child in `#children`.
  #keys = new Float64Array(64).fill(NONE);
  #children = new Int32Array(64);
  #edges = 0;
  readonly #values: number[] = [NONE];

  constructor(entries: Iterable<readonly [text: string, value: number]> = []) {
    for (const [text, value] of entries) this.set(text, value);
  }

  /** Gives `text` a number, which must not be negative. */
  set(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++)
      node = this.next(node, text.charCodeAt(i)) || this.#add(node, text.charCodeAt(i));
    this.#values[node] = value;
  }

  /** The node that `unit` leads to from `node`; 0 when there is none. */
  next(node: number, unit: number): number {
    return this.#children[this.#slot(node * 0x10000 + unit)] ?? 0;
  }

  /** The number of the text that ends at `node`; -1 when none does. */
  valueOf(node: number): number {
    return this.#values[node] ?? NONE;
  }

  #add(node: number, unit: number): number {
    if (2 * ++this.#edges > this.#keys.length) this.#grow();
    const key = node * 0x10000 + unit;
    const slot = this.#slot(key);
    const child = this.#values.push(NONE) - 1;
    this.#keys[slot] = key;
    this.#children[slot] = child;
    return child;
  }

  #slot(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let at = Math.imul(key % 0x10000, 0x9e3779b1) ^ Math.imul(Math.floor(key / 0x10000), 0x85ebca6b);
    at = (at ^ (at >>> 15)) & mask;
    while (keys[at] !== key && keys[at] !== NONE) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const keys = this.#keys;
    const children = this.#children;
    this.#keys = new Float64Array(keys.length * 2).fill(NONE);
    this.#children = new Int32Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? NONE;
      if (key === NONE) continue;
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      this.#children[slot] = children[i] ?? 0;
    }
  }
}
