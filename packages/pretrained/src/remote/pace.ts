import { UnreachableError } from "./unreachableError.ts";

/** The lowest accepted rate, in bytes for each millisecond: one kilobyte a second. */
const SLOWEST = 1;

/**
 * A deadline for data from the network: within `timeoutMs` of waiting there have to be new bytes, a kilobyte a
 * second at least. Time spent on processing does not count.
 */
export class Pace {
  readonly #timeoutMs: number;
  #waited = 0;
  #bytes = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Counts new bytes. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#timeoutMs * SLOWEST) return;
    this.#waited = 0;
    this.#bytes = 0;
  }

  /**
   * Waits for something from the network.
   *
   * @throws UnreachableError when the time is over; `giveUp` then cancels the operation
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

/** Error for a server that does not respond, or is too slow. An immediate retry would take as long. */
export class StalledError extends UnreachableError {
  constructor(what: string, bytes: number, timeoutMs: number) {
    super(
      `${what}: expected bytes within ${timeoutMs / 1000} s, got ${bytes === 0 ? "none" : bytes}: try again later, or ` +
        `wait longer (timeoutMs, in the program QKV_TIMEOUT in seconds)`,
    );
  }
}
