import { checkArray, embedding } from "@qkv/ops";
import { checkModule, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { resizeMaps } from "../resizeMaps.ts";

/** A bias of the scores by how far apart patches are, and three numbers for what the class token has to do with. */
export class PatchPositionBias {
  /** [(2 rows - 1) * (2 columns - 1) + 3, H] */
  readonly weight: tf.Variable<tf.Rank.R2>;

  readonly #grid: Size;

  /** @param grid rows and columns of the patches that it is learned for */
  constructor(params: Params, numHeads: number, grid: Size) {
    checkModule("PatchPositionBias", params);
    checkArray("PatchPositionBias", "grid", grid);
    const [rows, columns] = grid;
    const distances = (2 * rows - 1) * (2 * columns - 1);
    this.weight = params.bias<tf.Rank.R2>("weight", [distances + 3, numHeads]);
    this.#grid = grid;
  }

  /** The bias for a grid of patches, interpolated if it is another: [1, H, 1 + N, 1 + N]. */
  forward([rows, columns]: Size): tf.Tensor4D {
    const [count, heads] = this.weight.shape;
    const [high, wide] = [2 * this.#grid[0] - 1, 2 * this.#grid[1] - 1];
    return tf.tidy(() => {
      const table = this.weight;
      // As in Python, with sides in this order: of a grid that is no square, distances are mixed up there as here.
      const distances = tf.reshape(tf.slice(table, [0, 0], [count - 3, heads]), [1, wide, high, heads]) as tf.Tensor4D;
      const resized = resizeMaps(distances, [2 * rows - 1, 2 * columns - 1], { alignCorners: false });
      const whole = tf.concat([tf.reshape(resized, [-1, heads]), tf.slice(table, [count - 3, 0], [3, heads])], 0);
      const length = 1 + rows * columns;
      const ids = tf.tensor2d(distancesOf([rows, columns]), [length, length], "int32");
      return tf.expandDims(tf.transpose(embedding(whole, ids), [2, 0, 1]), 0) as tf.Tensor4D;
    });
  }
}

/** The row of the table for each pair of tokens, [1 + N, 1 + N]. */
function distancesOf([rows, columns]: Size): Int32Array {
  const count = (2 * rows - 1) * (2 * columns - 1);
  const length = 1 + rows * columns;
  const ids = new Int32Array(length * length);
  const place = (token: number): Size => [Math.floor((token - 1) / columns), (token - 1) % columns];
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < length; key++) {
      const [[y, x], [otherY, otherX]] = [place(query), place(key)];
      const between = (y - otherY + rows - 1) * (2 * columns - 1) + x - otherX + columns - 1;
      const withClass = count + (query === 0 ? (key === 0 ? 2 : 0) : 1);
      ids[query * length + key] = query === 0 || key === 0 ? withClass : between;
    }
  }
  return ids;
}
