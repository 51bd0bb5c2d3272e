import { sinusoidalPositions } from "@qkv/attention";
import type { Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** A table of vectors of positions that is not trained: sines, then cosines, unless a file has others. */
export class FrozenPositions {
  /** [P, E] */
  readonly weight: tf.Variable<tf.Rank.R2>;

  constructor(params: Params, maxPositions: number, dModel: number) {
    const sines = () => tf.tensor2d(sinusoidalPositions(maxPositions, dModel, { layout: "halves" }), [maxPositions, dModel]);
    this.weight = params.buffer<tf.Rank.R2>("weight", [maxPositions, dModel], sines);
  }

  /**
   * The vectors of `length` positions from `offset` on: [L, E].
   *
   * @throws RangeError beyond the last position
   */
  forward(length: number, offset: number): tf.Tensor2D {
    const [maxPositions, dModel] = this.weight.shape;
    const end = offset + length;
    if (end > maxPositions) {
      throw new RangeError(`FrozenPositions: expected at most ${maxPositions} positions, got ${end}`);
    }
    return tf.slice(this.weight, [offset, 0], [length, dModel]);
  }
}
