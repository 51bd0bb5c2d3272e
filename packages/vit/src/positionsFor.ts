import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "./imageModel.ts";
import { resizeGrid, type ResizeOptions } from "./resizeGrid.ts";

/** The grids of patches that positions were learned for, and are wanted for. */
interface Grids extends ResizeOptions {
  readonly from: Size;
  readonly to: Size;
  /** The number of tokens after the patches, whose positions stay. Default 0. */
  readonly after?: number;
}

/**
 * Position embeddings, resized by bicubic interpolation where an image has another grid of patches. Does not tidy.
 *
 * @param positions [tokens + N + after, E]
 * @param tokens the number of tokens before the patches, whose positions stay
 * @returns [tokens + N' + after, E], the positions themselves if the grids are the same
 */
export function positionsFor(
  positions: tf.Tensor2D,
  tokens: number,
  { from, to, antialias, after = 0 }: Grids,
): tf.Tensor2D {
  if (from[0] === to[0] && from[1] === to[1]) return positions;
  const [length, dModel] = positions.shape;
  const leading = tf.slice(positions, [0, 0], [tokens, dModel]);
  const grid = tf.slice(positions, [tokens, 0], [length - tokens - after, dModel]);
  const rest = tf.slice(positions, [length - after, 0], [after, dModel]);
  return tf.concat([leading, resizeGrid(grid, from, to, { antialias }), rest], 0);
}
