// Of its own in each process, so that no file can be written whose tokens all fall together.
const SEED = Math.floor(Math.random() * 2 ** 32) | 0;

/** Texts, numbered from 0: a hash table that finds a text where it stands in another, without cutting it out. */
export class TextTable {
  /** By number. */
  readonly texts: string[] = [];
  #slots = new Int32Array(1024); // a number and 1, or 0

  /** The number of `text`, whose copy gets the next one if it has none. */
  add(text: string): number {
    const known = this.find(text, 0, text.length);
    if (known >= 0) return known;
    const number = this.texts.push(text) - 1;
    if (2 * number < this.#slots.length) this.#place(number);
    else {
      this.#slots = new Int32Array(4 * this.#slots.length);
      for (let i = 0; i <= number; i++) this.#place(i);
    }
    return number;
  }

  /** The number of what stands in `text` from `start` to `end`; -1 if it is not here. */
  find(text: string, start: number, end: number): number {
    return this.findJoined(text, start, end, text, end, end);
  }

  /** The number of what stands in `left` from `start` to `middle`, and then in `right` from `next` to `end`. */
  findJoined(left: string, start: number, middle: number, right: string, next: number, end: number): number {
    const mask = this.#slots.length - 1;
    const leftLength = middle - start;
    const length = leftLength + end - next;
    let slot = mix(hash(right, next, end, hash(left, start, middle, SEED))) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return -1;
      const known = this.texts[number] ?? "";
      if (known.length !== length) continue;
      let i = 0;
      while (i < leftLength && known.charCodeAt(i) === left.charCodeAt(start + i)) i++;
      if (i < leftLength) continue;
      while (i < length && known.charCodeAt(i) === right.charCodeAt(next + i - leftLength)) i++;
      if (i === length) return number;
    }
  }

  #place(number: number): void {
    const text = this.texts[number] ?? "";
    const mask = this.#slots.length - 1;
    let slot = mix(hash(text, 0, text.length, SEED)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }
}

function hash(text: string, start: number, end: number, sum: number): number {
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x5bd1e995) ^ (sum >>> 15);
  return sum;
}

function mix(sum: number): number {
  const mixed = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
