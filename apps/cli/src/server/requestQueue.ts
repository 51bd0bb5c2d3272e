import { ApiError } from "./apiError.ts";

/** Lets requests compute one at a time, in the order in which they came, and lets so many of them wait. */
export class RequestQueue {
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  get running(): number {
    return this.#isBusy ? 1 : 0;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for a turn, which ends with the call of the function that it gives.
   *
   * @throws ApiError 429 if too many wait; the signal's reason if it is aborted while waiting
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#isBusy) await this.#wait(signal);
    this.#isBusy = true;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#isBusy = false;
      this.#waiting.shift()?.();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new ApiError(429, `expected at most ${this.#mostWaiting} requests to wait, got one more: try again later`, {
        type: "rate_limit_error",
        code: "queue_full",
        headers: { "Retry-After": "2" },
      });
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        this.#isBusy = true; // before anybody else may ask
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
