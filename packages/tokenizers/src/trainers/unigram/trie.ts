/** A trie of texts and a number for each, walked from node 0; unlike a Trie, it has 32-bit numbers only. */
export class TrainingTrie {
  // An open hash table of the nodes by parent and UTF-16 unit. No node leads to the root, so that 0 is an empty slot.
  #slots = new Int32Array(1024);
  #parents = new Int32Array(512);
  #units = new Uint16Array(512);
  #values = new Int32Array(512);
  #size = 1;

  /** Sets the number of `text`, which must be above 0. */
  set(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      node = this.next(node, unit) || this.#add(node, unit);
    }
    this.#values[node] = value;
  }

  /** The child of `node` by `unit`; 0 if there is none. */
  next(node: number, unit: number): number {
    return this.#slots[this.#slot(node, unit)] ?? 0;
  }

  /** The number of the text that ends at `node`; 0 when none does. */
  valueOf(node: number): number {
    return this.#values[node] ?? 0;
  }

  /** The slot of the child, or the empty one for it. */
  #slot(parent: number, unit: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    let at = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const child = slots[at] ?? 0;
      if (child === 0 || (this.#parents[child] === parent && this.#units[child] === unit)) return at;
      at = (at + 1) & mask;
    }
  }

  #add(parent: number, unit: number): number {
    if (this.#size === this.#parents.length) this.#grow();
    const child = this.#size++;
    this.#slots[this.#slot(parent, unit)] = child;
    this.#parents[child] = parent;
    this.#units[child] = unit;
    return child;
  }

  #grow(): void {
    const copy = <T extends Int32Array | Uint16Array>(from: T, to: T): T => (to.set(from), to);
    const size = 2 * this.#size;
    this.#parents = copy(this.#parents, new Int32Array(size));
    this.#units = copy(this.#units, new Uint16Array(size));
    this.#values = copy(this.#values, new Int32Array(size));
    this.#slots = new Int32Array(2 * size);
    for (let node = 1; node < this.#size; node++) {
      this.#slots[this.#slot(this.#parents[node] ?? 0, this.#units[node] ?? 0)] = node;
    }
  }
}
