import { WIDTH } from "./program.ts";

// 2^27 bytes: a thousand instructions on a million units of text.
const MAX_BYTES = 2 ** 27;

const UNKNOWN = -2;

/** A run of adjacent characters of a span's set. */
interface Run {
  from: number;
  readonly end: number;
  /** A span that begins here or later in the run fails: it could only end where one that failed could have ended too. */
  failedFrom: number;
}

/** Memo of a search: results of instructions at positions of its text. */
export class RegexMemory {
  readonly #text: string;
  readonly #failed: Uint8Array[] = []; // by instruction, a bit for each position
  readonly #innerEnds: Int32Array[] = [];
  readonly #runs: Run[] = []; // by instruction, of spans without a most
  #bytes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything from this instruction at this position on has failed before. */
  hasFailed(pc: number, at: number): boolean {
    const run = this.#runs[pc / WIDTH];
    if (run !== undefined && run.failedFrom <= at && at < run.end) return true;
    return (((this.#failed[pc / WIDTH]?.[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
  }

  fail(pc: number, at: number): void {
    const bits = (this.#failed[pc / WIDTH] ??= new Uint8Array(this.#room((this.#text.length >> 3) + 1)));
    bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    const run = this.#runs[pc / WIDTH];
    if (run !== undefined && run.from <= at && at < run.failedFrom) run.failedFrom = at;
  }

  /** The end of the inner instructions of a lookaround or an atomic group, -1 if they fail, undefined if unknown. */
  innerEnd(pc: number, at: number): number | undefined {
    const end = this.#innerEnds[pc / WIDTH]?.[at] ?? UNKNOWN;
    return end === UNKNOWN ? undefined : end;
  }

  setInnerEnd(pc: number, at: number, end: number): void {
    const length = this.#text.length + 1;
    (this.#innerEnds[pc / WIDTH] ??= new Int32Array(this.#room(4 * length) / 4).fill(UNKNOWN))[at] = end;
  }

  /** The run of a span's characters that holds `at`, if it is the last one seen. */
  runAt(pc: number, at: number): Run | undefined {
    const run = this.#runs[pc / WIDTH];
    return run !== undefined && run.from <= at && at < run.end ? run : undefined;
  }

  setRun(pc: number, from: number, end: number): void {
    const run = this.#runs[pc / WIDTH];
    if (run?.end === end) run.from = Math.min(run.from, from);
    else this.#runs[pc / WIDTH] = { from, end, failedFrom: end };
  }

  #room(bytes: number): number {
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) throw new RangeError(`it takes more than ${MAX_BYTES} bytes of memory`);
    return bytes;
  }
}
