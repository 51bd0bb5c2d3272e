import { LayerNorm, Linear, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";

/** Patch merging: four patches become one of twice the width (arXiv:2103.14030, section 3.1). */
export class PatchMerging {
  readonly norm: LayerNorm;
  readonly reduction: Linear;

  constructor(params: Params, dModel: number, initializerRange: number) {
    this.norm = new LayerNorm(params.at("norm"), 4 * dModel, { eps: 1e-5 });
    const options = { bias: false, init: normal(initializerRange) };
    this.reduction = new Linear(params.at("reduction"), 4 * dModel, 2 * dModel, options);
  }

  /**
   * A grid of half the height and width.
   *
   * @param x [B, height * width, E]
   * @returns [B, ceil(height / 2) * ceil(width / 2), 2 * E]; zeros fill up an odd side
   */
  forward(x: tf.Tensor3D, [height, width]: Size): tf.Tensor3D {
    const [batch, , dModel] = x.shape;
    const [rows, columns] = mergedGrid([height, width]);
    return tf.tidy(() => {
      const grid = tf.reshape(x, [batch, height, width, dModel]);
      const even = tf.pad(grid, [
        [0, 0],
        [0, height % 2],
        [0, width % 2],
        [0, 0],
      ]);
      const pairs = tf.reshape(even, [batch * rows, 2, columns, 2 * dModel]); // [.., row, .., column and E]
      // Its authors lay them out column by column: (0, 0), (1, 0), (0, 1), (1, 1).
      const corners = [0, 1, 2, 3].map((i) => {
        const [row, column] = [i % 2, Math.floor(i / 2)];
        return tf.slice(pairs, [0, row, 0, column * dModel], [batch * rows, 1, columns, dModel]);
      });
      const four = tf.reshape(tf.concat(corners, 3), [batch, rows * columns, 4 * dModel]);
      return this.reduction.forward(this.norm.forward(four as tf.Tensor3D));
    });
  }
}

/** Rows and columns after a merging. */
export function mergedGrid([height, width]: Size): Size {
  return [Math.ceil(height / 2), Math.ceil(width / 2)];
}
