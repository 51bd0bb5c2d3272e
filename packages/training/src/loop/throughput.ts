/** How much of an average the latest measurement is: the last twenty or so count. */
const LATEST = 0.05;

/** The speed of late, so that a first slow step or a pause does not tell the whole story. */
export class Speed {
  #seconds = 0;
  #tokens = 0;
  #weight = 0;

  /** One step took so long for so many tokens. */
  add(seconds: number, tokens: number): void {
    this.#seconds += (seconds - this.#seconds) * LATEST;
    this.#tokens += (tokens - this.#tokens) * LATEST;
    this.#weight += (1 - this.#weight) * LATEST;
  }

  get tokensPerSecond(): number {
    return this.#seconds === 0 ? 0 : this.#tokens / this.#seconds;
  }

  get secondsPerStep(): number {
    return this.#weight === 0 ? 0 : this.#seconds / this.#weight;
  }
}
