import { sinusoidalPositions } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";

/** A vector of sines, then cosines, for each position up to a limit, to be added to the embeddings. */
export class SinusoidalPositions {
  readonly #maxPositions: number;
  readonly #dModel: number;
  /** The first positions' vectors: a decoder needs one at each step. */
  #table: Float32Array = new Float32Array();

  constructor(maxPositions: number, dModel: number) {
    this.#maxPositions = maxPositions;
    this.#dModel = dModel;
  }

  /**
   * The vectors of `length` positions from `offset` on: [L, E].
   *
   * @throws RangeError beyond the last position
   */
  forward(length: number, offset: number): tf.Tensor2D {
    const [end, dModel] = [offset + length, this.#dModel];
    if (end > this.#maxPositions) {
      throw new RangeError(`SinusoidalPositions: expected at most ${this.#maxPositions} positions, got ${end}`);
    }
    if (this.#table.length < end * dModel) {
      const enough = Math.max(64, 2 ** Math.ceil(Math.log2(end)));
      this.#table = sinusoidalPositions(enough, dModel, { layout: "halves" });
    }
    return tf.tensor2d(this.#table.slice(offset * dModel, end * dModel), [length, dModel]);
  }
}
