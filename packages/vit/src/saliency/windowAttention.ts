import type { ShiftedWindows } from "@qkv/attention";
import { checkArray, checkRecord, checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import type { SwinConfig } from "../swin/config.ts";
import { mergedGrid } from "../swin/patchMerging.ts";
import { shiftOf, windowsFor } from "../swin/windowsFor.ts";
import type { PatchMap } from "./patchMap.ts";

/** Attention weights of one image in one of Swin's layers, as plain numbers. */
export interface WindowWeights {
  /** The patches of the layer's stage. */
  readonly rows: number;
  readonly columns: number;
  readonly heads: number;
  readonly windows: ShiftedWindows;
  /** [numWindows, heads, M * M, M * M], windows row by row */
  readonly values: Float32Array;
}

/**
 * The attention weights of one layer, counted through all stages from 0.
 *
 * @param attentions attention probabilities of all of Swin's layers
 * @param imageSize of the image in pixels
 * @throws RangeError if there is no such layer, or its windows are not those of such an image
 */
export async function readWindowAttentions(
  attentions: readonly tf.Tensor[],
  layer: number,
  config: SwinConfig,
  imageSize?: Size,
  image = 0,
): Promise<WindowWeights> {
  checkArray("readWindowAttentions", "attentions", attentions);
  checkRecord("readWindowAttentions", "config", config);
  const tensor = attentions[layer];
  if (tensor === undefined) {
    throw new RangeError(`readWindowAttentions: expected a layer below ${attentions.length}, got ${layer}`);
  }
  checkTensor("readWindowAttentions", `attentions[${layer}]`, tensor, "[N, heads, L, L]");
  const { grid, windows } = placeOf(layer, config, imageSize ?? config.imageSize);
  const [rows, columns] = grid;
  const numWindows = (windows.height * windows.width) / windows.window ** 2;
  const [all, heads, places] = tensor.shape;
  if (places !== windows.window ** 2 || (image + 1) * numWindows > all) {
    throw new RangeError(
      `readWindowAttentions: expected ${numWindows} windows of ${windows.window ** 2} patches for image ${image}, got [${tensor.shape}]`,
    );
  }
  const size = numWindows * heads * places * places;
  const values = ((await tensor.data()) as Float32Array).slice(image * size, (image + 1) * size);
  return { rows, columns, heads, windows, values };
}

/** The attention map of one patch, counted row by row from 0: it is 0 outside its window. */
export function windowPatchMap(weights: WindowWeights, head: number, patch: number): PatchMap {
  checkRecord("windowPatchMap", "weights", weights);
  return mapOf(weights, head, (query) => (query === patch ? 1 : 0));
}

/** The mean attention that each patch receives from the patches of its window. */
export function windowReceivedMap(weights: WindowWeights, head: number): PatchMap {
  checkRecord("windowReceivedMap", "weights", weights);
  const places = weights.windows.window ** 2;
  return mapOf(weights, head, () => 1 / places);
}

/** Sums the attention of every patch, each times `factor` of it; undefined is a place outside the image. */
function mapOf(weights: WindowWeights, head: number, factor: (query: number | undefined) => number): PatchMap {
  const { rows, columns, heads, windows, values } = weights;
  if (!Number.isInteger(head) || head < 0 || head >= heads) {
    throw new RangeError(`Swin's heads: expected a head from 0 to ${heads - 1}, got ${head}`);
  }
  const places = windows.window ** 2;
  const numWindows = (windows.height * windows.width) / places;
  const map = new Float32Array(rows * columns);
  for (let window = 0; window < numWindows; window++) {
    const patches = Array.from({ length: places }, (_, place) => patchAt(weights, window, place));
    for (const [i, query] of patches.entries()) {
      const share = factor(query);
      if (share === 0) continue;
      const start = ((window * heads + head) * places + i) * places;
      for (const [j, key] of patches.entries()) {
        if (key !== undefined) map[key] = (map[key] ?? 0) + share * (values[start + j] ?? 0);
      }
    }
  }
  return { rows, columns, values: map };
}

/** The patch at a place of a window, before the grid was shifted. */
function patchAt({ rows, columns, windows }: WindowWeights, window: number, place: number): number | undefined {
  const { height, width, window: side, shift } = windows;
  const across = width / side;
  const row = (Math.floor(window / across) * side + Math.floor(place / side) + shift) % height;
  const column = ((window % across) * side + (place % side) + shift) % width;
  return row < rows && column < columns ? row * columns + column : undefined;
}

/** The patches of a layer's stage, and the windows that they are cut into. */
function placeOf(layer: number, config: SwinConfig, imageSize: Size): { grid: Size; windows: ShiftedWindows } {
  let grid: Size = [Math.ceil(imageSize[0] / config.patchSize[0]), Math.ceil(imageSize[1] / config.patchSize[1])];
  let within = layer;
  for (const depth of config.depths) {
    if (within < depth) break;
    within -= depth;
    grid = mergedGrid(grid);
  }
  const { window } = config;
  return { grid, windows: windowsFor(grid, { window, shift: shiftOf(window, within) }) };
}
