import { UnreachableError } from "./unreachableError.ts";

/** The slowest that is waited for, in bytes for each millisecond: one kilobyte a second. */
const SLOWEST = 1;

/**
 * A deadline for what comes over the network: within `timeoutMs` of waiting there have to be new bytes, a kilobyte a
 * second at least. Time that is spent on what came does not count.
 */
export class Pace {
  readonly #timeoutMs: number;
  #waited = 0;
  #bytes = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Bytes that were not there before. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#timeoutMs * SLOWEST) return;
    this.#waited = 0;
    this.#bytes = 0;
  }

  /**
   * Waits for something from the network.
   *
   * @throws UnreachableError when the time is over; `giveUp` then lets go of what is waited for
   */
  async wait<T>(what: string, waiting: Promise<T>, giveUp: () => void): Promise<T> {
    const start = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const left = Math.max(0, this.#timeoutMs - this.#waited);
      timer = setTimeout(() => reject(new StalledError(what, this.#bytes, this.#timeoutMs)), left);
    });
    try {
      return await Promise.race([waiting, late]);
    } catch (error) {
      if (error instanceof StalledError) giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waited += performance.now() - start;
    }
  }
}

/** A server does not answer, or sends next to nothing. Asking again at once would take as long. */
export class StalledError extends UnreachableError {
  constructor(what: string, bytes: number, timeoutMs: number) {
    super(
      `${what}: expected bytes within ${timeoutMs / 1000} s, got ${bytes === 0 ? "none" : bytes}: try again later, or ` +
        `wait longer (timeoutMs, in the program QKV_TIMEOUT in seconds)`,
    );
  }
}
