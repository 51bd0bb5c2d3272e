/** A sound that grows while it is worked with. */
export class GrowingSound {
  #parts: Float32Array[] = [];
  #length = 0;
  /** Samples since it was last asked. */
  #news = 0;
  #isEnded = false;
  #error: unknown;
  #wake: () => void = () => undefined;

  /** Begins to take the parts, at their own pace. */
  constructor(parts: AsyncIterable<Float32Array>) {
    void this.#take(parts);
  }

  /** What is there and was not forgotten. */
  get samples(): Float32Array {
    const all = new Float32Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#parts = [all];
    return all;
  }

  /** Waits for more samples than these, or for the end. @returns whether it ended */
  async grown(samples: number): Promise<boolean> {
    while (this.#news < samples && !this.#isEnded) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#error !== undefined) throw this.#error;
    this.#news = 0;
    return this.#isEnded;
  }

  /** Forgets the first samples. */
  forget(count: number): void {
    const rest = this.samples.slice(count);
    [this.#parts, this.#length] = [[rest], rest.length];
  }

  async #take(parts: AsyncIterable<Float32Array>): Promise<void> {
    try {
      for await (const part of parts) {
        this.#parts.push(part);
        this.#length += part.length;
        this.#news += part.length;
        this.#wake();
      }
    } catch (error) {
      this.#error = error;
    }
    this.#isEnded = true;
    this.#wake();
  }
}
