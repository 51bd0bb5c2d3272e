import type { GenerationSettings } from "./options.ts";

/** One sequence that was generated. */
export interface GeneratedSequence {
  /** From the start token, or the prompt, to the end token or to where the length ran out. No padding. */
  readonly ids: readonly number[];
  /**
   * The log-probability of all the tokens that were made, divided by their number to the power `lengthPenalty`. In beam search a
   * forced token costs nothing, as in Hugging Face's; greedy search and sampling give what the model itself says.
   */
  readonly score: number;
}

/** A log-probability as sequences of different lengths are compared by. */
export function scoreOf(logProbability: number, length: number, lengthPenalty: number): number {
  return logProbability / length ** lengthPenalty;
}

/** The best finished sequences of one source, as many as there are beams. */
export class BeamHypotheses {
  readonly #settings: GenerationSettings;
  readonly #best: GeneratedSequence[] = [];

  constructor(settings: GenerationSettings) {
    this.#settings = settings;
  }

  /** @param ids what it began with included */
  add(ids: readonly number[], logProbability: number): void {
    const { promptLength, lengthPenalty } = this.#settings;
    const score = scoreOf(logProbability, ids.length - promptLength, lengthPenalty);
    const place = this.#best.findIndex((other) => other.score < score);
    this.#best.splice(place === -1 ? this.#best.length : place, 0, { ids, score });
    if (this.#best.length > this.#settings.numBeams) this.#best.pop();
  }

  /**
   * Whether to stop looking: there are enough, and none of the sequences still growing is expected to beat the worst.
   *
   * @param logProbability of the best that still grows
   * @param length of those, without what they began with
   */
  isDone(logProbability: number, length: number): boolean {
    const { numBeams, earlyStopping, lengthPenalty, maxLength, promptLength } = this.#settings;
    const worst = this.#best[numBeams - 1];
    if (worst === undefined) return false;
    if (earlyStopping === true) return true;
    // Log-probabilities only fall; under a positive penalty it is length that could still raise a score.
    const bestLength = earlyStopping === "never" && lengthPenalty > 0 ? maxLength - promptLength : length;
    return scoreOf(logProbability, bestLength, lengthPenalty) <= worst.score;
  }

  /** Best first. */
  best(count: number): readonly GeneratedSequence[] {
    return this.#best.slice(0, count);
  }
}
