import type { DecodedTokens, DecoderStep, RecordedDecoder } from "@qkv/ops";
import type { GpuBackend } from "../gpuBackend.ts";
import { CONTROL } from "./attend.ts";
import type { DecoderProgram } from "./decoderProgram.ts";
import type { DecoderTensors } from "./decoderTensors.ts";
import type { Program } from "./program.ts";

/** The parts of a recorded decoder. */
export interface RecordedParts {
  readonly backend: GpuBackend;
  readonly program: Program;
  readonly tensors: DecoderTensors;
  readonly decoder: DecoderProgram;
}

/** Steps of a recorded program: each is one submission, and a few bytes that are read back. */
export class RecordedSteps implements RecordedDecoder {
  readonly #parts: RecordedParts;
  /** Buffers to read from that no read is using. */
  readonly #free: GPUBuffer[] = [];
  readonly #origins: Int32Array<ArrayBuffer>;
  #isDisposed = false;

  constructor(parts: RecordedParts) {
    this.#parts = parts;
    const { rows, capacity, origins } = parts.decoder;
    this.#origins = new Int32Array(origins === undefined ? 0 : rows * capacity);
    for (let row = 0; row < rows && origins !== undefined; row++) {
      this.#origins.fill(row, row * capacity, (row + 1) * capacity);
    }
  }

  isCurrent(): boolean {
    return this.#parts.tensors.isCurrent();
  }

  async step(step: DecoderStep): Promise<DecodedTokens> {
    const { rows, tokensPerRow, results } = this.#parts.decoder;
    this.#write(step);
    const words = await this.#run(results, (encoder) => {
      const pass = encoder.beginComputePass();
      this.#parts.program.run(pass, step.position);
      pass.end();
    });
    const count = rows * tokensPerRow;
    const tokens = new Int32Array(words, 0, count).slice();
    return { tokens, logProbabilities: new Float32Array(words, 4 * count, count).slice() };
  }

  async logits(): Promise<Float32Array> {
    const { logits, rows, vocabulary } = this.#parts.decoder;
    return new Float32Array(await this.#run(logits, () => undefined), 0, rows * vocabulary);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
    this.#parts.program.dispose();
  }

  /** Tells the device what a step reads, before it runs. */
  #write({ position, tokens, forced = -1, draws, parents }: DecoderStep): void {
    const { backend, decoder } = this.#parts;
    const { rows, capacity, control, origins } = decoder;
    if (position < 0 || position >= capacity) {
      throw new RangeError(`RecordedDecoder: expected a position from 0 to ${capacity - 1}, got ${position}`);
    }
    if (this.#isDisposed) throw new RangeError("RecordedDecoder: expected to be in use, got one that was disposed");
    backend.flush();
    const numbers = new Int32Array(CONTROL.draws + rows);
    numbers[CONTROL.position] = position;
    numbers[CONTROL.place] = position + 1;
    numbers[CONTROL.forced] = forced;
    new Float32Array(numbers.buffer).set(draws ?? [], CONTROL.draws);
    backend.queue.writeBuffer(control, 0, numbers);
    if (tokens !== undefined) backend.queue.writeBuffer(decoder.tokens, 0, Int32Array.from(tokens));
    if (origins === undefined) return;
    const before = this.#origins.slice();
    for (const [row, parent] of (parents ?? []).entries()) {
      const at = row * capacity;
      this.#origins.set(before.subarray(parent * capacity, parent * capacity + position), at);
      this.#origins[at + position] = row;
    }
    for (let row = 0; row < rows; row++) {
      backend.queue.writeBuffer(origins, 4 * row * capacity, this.#origins, row * capacity, position + 1);
    }
  }

  /** Gives the device one submission, and reads a buffer once it is done. */
  async #run(buffer: GPUBuffer, encode: (encoder: GPUCommandEncoder) => void): Promise<ArrayBuffer> {
    const { backend, program } = this.#parts;
    const { size } = buffer;
    const place = this.#free.findIndex((free) => free.size === size);
    const [staging = backend.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })] =
      place === -1 ? [] : this.#free.splice(place, 1);
    try {
      const encoder = backend.device.createCommandEncoder();
      program.copy(encoder);
      encode(encoder);
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
      backend.queue.submit([encoder.finish()]);
      await backend.checked(staging.mapAsync(GPUMapMode.READ));
      const words = staging.getMappedRange().slice(0);
      staging.unmap();
      return words;
    } finally {
      if (this.#isDisposed || backend.failure !== undefined) staging.destroy();
      else this.#free.push(staging);
    }
  }
}
