import type { GenerationSettings } from "./options.ts";

/** A generated sequence. */
export interface GeneratedSequence {
  /** Token ids from the start token, or the prompt, to the end token or the length limit. No padding. */
  readonly ids: readonly number[];
  /**
   * The log-probability of all generated tokens, divided by their number to the power `lengthPenalty`. In beam search a
   * forced token costs nothing, as in Hugging Face's; greedy search and sampling give the model's own log-probability.
   */
  readonly score: number;
}

/** The score of a sequence, by which sequences of different lengths are compared. */
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

  /** @param ids with those that it began with */
  add(ids: readonly number[], logProbability: number): void {
    const { promptLength, lengthPenalty } = this.#settings;
    const score = scoreOf(logProbability, ids.length - promptLength, lengthPenalty);
    const place = this.#best.findIndex((other) => other.score < score);
    this.#best.splice(place === -1 ? this.#best.length : place, 0, { ids, score });
    if (this.#best.length > this.#settings.numBeams) this.#best.pop();
  }

  /**
   * Whether the search is done: there are enough sequences, and none of the unfinished ones is expected to beat the
   * worst.
   *
   * @param logProbability of the best unfinished sequence
   * @param length of the unfinished ones, without the tokens that they began with
   */
  isDone(logProbability: number, length: number): boolean {
    const { numBeams, earlyStopping, lengthPenalty, maxLength, promptLength } = this.#settings;
    const worst = this.#best[numBeams - 1];
    if (worst === undefined) return false;
    if (earlyStopping === true) return true;
    // Log-probabilities only fall; under a positive penalty, length could still raise a score.
    const bestLength = earlyStopping === "never" && lengthPenalty > 0 ? maxLength - promptLength : length;
    return scoreOf(logProbability, bestLength, lengthPenalty) <= worst.score;
  }

  /** The best sequences, best first. */
  best(count: number): readonly GeneratedSequence[] {
    return this.#best.slice(0, count);
  }
}
