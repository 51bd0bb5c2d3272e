/** What is spoken, part by part as it comes, until it ends. */
export class SpokenParts implements AsyncIterable<Float32Array> {
  readonly #parts: Float32Array[] = [];
  #isEnded = false;
  #wake: () => void = () => undefined;

  push(samples: Float32Array): void {
    this.#parts.push(samples);
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Float32Array, void, undefined> {
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) yield part;
      else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
