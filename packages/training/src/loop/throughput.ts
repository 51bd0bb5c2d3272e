/** The weight of the latest measurement in the moving average: the last twenty or so count. */
const LATEST = 0.05;

/** The recent training speed, a moving average, so that a first slow step or a pause matters little. */
export class Throughput {
  #seconds = 0;
  #tokens = 0;
  #weight = 0;

  /** Adds the measurement of one step. */
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
