import { checkRecord } from "@qkv/ops";
import type { VitConfig } from "../config.ts";
import { leadingTokens, patchGrid } from "../grid.ts";
import type { Size } from "../imageModel.ts";
import type { TokenMatrix } from "./attentionWeights.ts";

/** A number for each patch of an image. */
export interface PatchMap {
  readonly rows: number;
  readonly columns: number;
  /** rows * columns numbers, row by row */
  readonly values: Float32Array;
}

/**
 * The saliency map of a prediction: the row of the class token, or if a classifier reads the mean of the patches, the mean
 * of their rows.
 *
 * @param matrix a head's weights, or a rollout
 * @param imageSize of the image in pixels, if it is not the config's
 */
export function classTokenMap(matrix: TokenMatrix, config: VitConfig, imageSize?: Size): PatchMap {
  checkLook("classTokenMap", matrix, config);
  if (config.pooling !== "mean") return mapOfRows(matrix, [0], config, imageSize);
  const first = leadingTokens(config);
  const patches = Array.from({ length: matrix.tokens - first }, (_, i) => first + i);
  return mapOfRows(matrix, patches, config, imageSize);
}

/**
 * The attention map of one patch.
 *
 * @param patch counted row by row from 0
 * @throws RangeError if there is no such patch
 */
export function patchMap(matrix: TokenMatrix, patch: number, config: VitConfig, imageSize?: Size): PatchMap {
  checkLook("patchMap", matrix, config);
  const patches = matrix.tokens - leadingTokens(config);
  if (!Number.isInteger(patch) || patch < 0 || patch >= patches) {
    throw new RangeError(`patchMap: expected a patch from 0 to ${patches - 1}, got ${patch}`);
  }
  return mapOfRows(matrix, [leadingTokens(config) + patch], config, imageSize);
}

function checkLook(who: string, matrix: TokenMatrix, config: VitConfig): void {
  checkRecord(who, "matrix", matrix);
  checkRecord(who, "config", config);
}

function mapOfRows(
  { tokens, values }: TokenMatrix,
  from: readonly number[],
  config: VitConfig,
  imageSize: Size = config.imageSize,
): PatchMap {
  const [rows, columns] = patchGrid(config, imageSize);
  const first = leadingTokens(config);
  if (tokens !== first + rows * columns) {
    throw new RangeError(
      `patchMap: expected ${first} + ${rows} x ${columns} tokens for an image of ${imageSize[0]} x ${imageSize[1]}, got ${tokens}`,
    );
  }
  const map = Float32Array.from({ length: rows * columns }, (_, patch) => {
    const sum = from.reduce((total, row) => total + (values[row * tokens + first + patch] ?? 0), 0);
    return sum / from.length;
  });
  return { rows, columns, values: map };
}
