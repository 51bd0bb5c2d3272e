import { SEED } from "./seed.ts";
import { larger, room, textOf } from "./utf16.ts";

/**
 * Texts, numbered from 0: a hash table of UTF-16 units. The texts are stored in one array, as a string for
 * each would take more time and memory than all the rest.
 */
export class TextTable {
  #size = 0;
  #longest = 0;
  #units = new Uint16Array(4096);
  #ends = new Int32Array(512); // by number: the end of its units, where the next one's begin
  #slots = new Int32Array(2 * 1024); // a number and 1, or 0; and the hash of its text
  readonly #texts: string[] = []; // by number: those requested so far

  get size(): number {
    return this.#size;
  }

  /** The length of the longest text, in UTF-16 units. */
  get longest(): number {
    return this.#longest;
  }

  /** The end of the longest text of whole characters that `units` up to `length` begin with; -1 if none has `least` units. */
  longestBeginning(units: Uint16Array, length: number, least: number): number {
    let sum = SEED;
    let longest = -1;
    for (let end = 1; end <= length; end++) {
      const unit = units[end - 1] ?? 0;
      sum = hashOn(sum, unit);
      const isHalf = (unit & 0xfc00) === 0xd800;
      if (end >= least && !isHalf && this.#find(mixed(sum), units, 0, end) >= 0) longest = end;
    }
    return longest;
  }

  /** Finds the number of `text` from `start` to `end`; -1 if it is not here. */
  find(text: string, start = 0, end = text.length): number {
    const units = room(end - start);
    let sum = SEED;
    for (let i = start; i < end; i++) sum = hashOn(sum, (units[i - start] = text.charCodeAt(i)));
    return this.#find(mixed(sum), units, 0, end - start);
  }

  /** Finds the number of `units` from `start` to `end`; -1 if they are not here. */
  findUnits(units: Uint16Array, start: number, end: number): number {
    return this.#find(hash(units, start, end), units, start, end);
  }

  /** Adds `units` from `start` to `end` if they are new, and returns their number. */
  add(units: Uint16Array, start: number, end: number): number {
    const hashed = hash(units, start, end);
    const known = this.#find(hashed, units, start, end);
    if (known >= 0) return known;
    const number = this.#size++;
    this.#longest = Math.max(this.#longest, end - start);
    if (number === this.#ends.length) this.#grow();
    this.#place(number + 1, hashed);
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
    const slots = this.#slots;
    const mask = slots.length - 2;
    for (let slot = (2 * hashed) & mask; ; slot = (slot + 2) & mask) {
      const number = (slots[slot] ?? 0) - 1;
      if (number < 0) return -1;
      if (slots[slot + 1] !== hashed) continue;
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

  #place(entry: number, hashed: number): void {
    const mask = this.#slots.length - 2;
    let slot = (2 * hashed) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 2) & mask;
    this.#slots[slot] = entry;
    this.#slots[slot + 1] = hashed;
  }

  #grow(): void {
    this.#ends = larger(this.#ends);
    const slots = this.#slots;
    this.#slots = new Int32Array(2 * slots.length);
    for (let i = 0; i < slots.length; i += 2) if (slots[i] !== 0) this.#place(slots[i] ?? 0, slots[i + 1] ?? 0);
  }
}

function hash(units: Uint16Array, start: number, end: number): number {
  let sum = SEED;
  for (let i = start; i < end; i++) sum = hashOn(sum, units[i] ?? 0);
  return mixed(sum);
}

/** Extends the hash of a text by one unit. */
function hashOn(sum: number, unit: number): number {
  return Math.imul(sum ^ unit, 0x5bd1e995) ^ (sum >>> 15);
}

function mixed(sum: number): number {
  const once = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return once ^ (once >>> 13);
}
