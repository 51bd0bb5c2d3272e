import { larger, textOf } from "./units.ts";

// Of its own in each process, so that no file can be written whose tokens all fall together.
const SEED = Math.floor(Math.random() * 2 ** 32) | 0;

/**
 * Texts, numbered from 0: a hash table of UTF-16 units. The texts stand one after the other in one array, as a string for
 * each would take more time and memory than all the rest.
 */
export class TextTable {
  #size = 0;
  #units = new Uint16Array(4096);
  #ends = new Int32Array(512); // by number: where its units end, which is where the next one's begin
  #hashes = new Int32Array(512); // by number
  #slots = new Int32Array(1024); // a number and 1, or 0
  readonly #texts: string[] = []; // by number: those that someone asked for

  get size(): number {
    return this.#size;
  }

  /** The number of `units` from `start` to `end`; -1 if they are not here. */
  find(units: Uint16Array, start: number, end: number): number {
    return this.#find(hash(units, start, end), units, start, end);
  }

  /** The number of `units` from `start` to `end`, which get the next one if they have none. */
  add(units: Uint16Array, start: number, end: number): number {
    const hashed = hash(units, start, end);
    const known = this.#find(hashed, units, start, end);
    if (known >= 0) return known;
    const number = this.#size++;
    if (number === this.#ends.length) this.#grow();
    this.#hashes[number] = hashed;
    this.#place(number);
    const from = this.#startOf(number);
    const to = from + end - start;
    if (to > this.#units.length) this.#units = larger(this.#units, to);
    for (let i = from; i < to; i++) this.#units[i] = units[start + i - from] ?? 0;
    this.#ends[number] = to;
    return number;
  }

  /** The text of a number. */
  textOf(number: number): string {
    return (this.#texts[number] ??= textOf(this.#units, this.#startOf(number), this.#ends[number] ?? 0));
  }

  #find(hashed: number, units: Uint16Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashed & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] !== hashed) continue;
      let at = this.#startOf(number);
      if ((this.#ends[number] ?? 0) - at !== end - start) continue;
      let i = start;
      while (i < end && this.#units[at++] === units[i]) i++;
      if (i === end) return number;
    }
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[number] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #grow(): void {
    this.#ends = larger(this.#ends);
    this.#hashes = larger(this.#hashes);
    this.#slots = new Int32Array(2 * this.#ends.length);
    for (let i = 0; i < this.#size - 1; i++) this.#place(i);
  }
}

function hash(units: Uint16Array, start: number, end: number): number {
  let sum = SEED;
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ (units[i] ?? 0), 0x5bd1e995) ^ (sum >>> 15);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return sum ^ (sum >>> 13);
}
