import { TokenizerError } from "./tokenizerError.ts";

// 512 steps a character: real files take up to fifty.
const MAX_STEPS = 512;

// Every text has the steps of so many characters more.
const LEAST_LENGTH = 1024;

// A character or a token that is made takes as much memory as this many steps take time.
const STEPS_OF_MAKING = 16;

/** How a limit that {@link Budget} sets is raised, for errors. */
export const RAISED = "maxSteps, in the program QKV_MAX_STEPS, raises it";

/** The work that one text may cause, whatever the file says that asks for it. */
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
   * Takes steps off, each about the work of looking at a character.
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

  /** Takes off what it costs to make a text of one length from a text of another. */
  step(from: number, to: number, path: string): void {
    this.take(from, path);
    if (to > from) this.make(to - from, path);
  }

  /** Takes off what it costs to make so many characters or tokens. */
  make(count: number, path: string): void {
    this.take(STEPS_OF_MAKING * count, path);
  }
}

/** A limit that somebody sets, checked. */
export function checkMaxSteps(maxSteps: number | undefined): number | undefined {
  if (maxSteps === undefined || maxSteps > 0) return maxSteps;
  throw new RangeError(`maxSteps: expected a number above 0, got ${maxSteps}`);
}
