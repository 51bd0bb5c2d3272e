import type { LogitsProcessor } from "@qkv/transformer";

/** A token that might have come, and how likely the model thought it. */
export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/** What the model thinks of the next token, before temperature and top-p: it listens as a processor of logits. */
export class TokenScores {
  #logits = new Float32Array(0);
  #logSumExp = 0;

  /** Remembers the scores of a step, and changes none. */
  readonly listen: LogitsProcessor = (scores) => {
    if (this.#logits.length !== scores.length) this.#logits = new Float32Array(scores.length);
    this.#logits.set(scores);
    let most = -Infinity;
    for (const logit of scores) if (logit > most) most = logit;
    let sum = 0;
    for (const logit of scores) sum += Math.exp(logit - most);
    this.#logSumExp = most + Math.log(sum);
  };

  /** How likely a token is, of one. */
  probabilityOf(id: number): number {
    return Math.exp((this.#logits[id] ?? -Infinity) - this.#logSumExp);
  }

  /** The likeliest tokens, the best first. */
  best(count: number): Candidate[] {
    const best: number[] = [];
    const logitOf = (id: number | undefined) => (id === undefined ? -Infinity : (this.#logits[id] as number));
    for (const [id, logit] of this.#logits.entries()) {
      if (best.length === count && logit <= logitOf(best.at(-1))) continue;
      const at = best.findIndex((other) => logit > logitOf(other));
      best.splice(at === -1 ? best.length : at, 0, id);
      best.length = Math.min(best.length, count);
    }
    return best.map((id) => ({ id, probability: this.probabilityOf(id) }));
  }
}
