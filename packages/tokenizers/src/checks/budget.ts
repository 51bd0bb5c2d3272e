import { TokenizerError } from "./tokenizerError.ts";

// 512 steps a character: real files take up to fifty.
const MAX_STEPS = 512;

// Every text has the steps of so many additional characters.
const LEAST_LENGTH = 1024;

// Creating a character or a token costs as much memory as this many steps cost time.
const STEPS_OF_MAKING = 16;

/** Advice on raising a limit of {@link Budget}, for errors. */
export const RAISED = "maxSteps, in the program QKV_MAX_STEPS, raises it";

/** Limit of the work for one text, against hostile files. */
export class Budget {
  readonly #length: number;
  readonly maxSteps: number;
  #left: number;

  /**
   * @param length of the text, in UTF-16 units
   * @param maxSteps for each of them
   */
  constructor(length: number, maxSteps: number = MAX_STEPS) {
    this.#length = length;
    this.maxSteps = maxSteps;
    this.#left = maxSteps * (length + LEAST_LENGTH);
  }

  /**
   * Spends steps, each about the work of reading a character.
   *
   * @throws TokenizerError if none are left, naming the place in the file that takes them
   */
  take(steps: number, path: string): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new TokenizerError(
        `${path}: gives up on a text of ${this.#length} characters: expected at most ${this.maxSteps} steps for each; ${RAISED}`,
      );
    }
  }

  /** Spends the cost of making a text of one length from a text of another. */
  step(from: number, to: number, path: string): void {
    this.take(from, path);
    if (to > from) this.make(to - from, path);
  }

  /** Spends the cost of making so many characters or tokens. */
  make(count: number, path: string): void {
    this.take(STEPS_OF_MAKING * count, path);
  }
}

/** Checks a limit from options. */
export function checkMaxSteps(maxSteps: number | undefined): number | undefined {
  if (maxSteps === undefined || maxSteps > 0) return maxSteps;
  throw new RangeError(`maxSteps: expected a number above 0, got ${maxSteps}`);
}
