import { checkArray, checkRecord } from "@qkv/ops";
import type { VitConfig } from "./config.ts";
import type { Size } from "./imageModel.ts";

/** Rows and columns of the patches that an image of a size is cut into. */
export function patchGrid(config: Pick<VitConfig, "stem" | "patchSize">, size: Size): Size {
  checkArray("patchGrid", "size", size);
  const [height, width] = size;
  checkRecord("patchGrid", "config", config);
  const { stem, patchSize } = config;
  const [high, wide] = patchAfterStem({ stem, patchSize });
  const after = (side: number) => stem.reduce((size, { stride }) => Math.ceil(size / stride), side);
  return [Math.floor(after(height) / high), Math.floor(after(width) / wide)];
}

/**
 * The size of a patch in the stem's output.
 *
 * @throws RangeError if the strides do not divide the patch size
 */
export function patchAfterStem({ stem, patchSize }: Pick<VitConfig, "stem" | "patchSize">): Size {
  const stride = stem.reduce((product, layer) => product * layer.stride, 1);
  const [high, wide] = [patchSize[0] / stride, patchSize[1] / stride];
  if (!Number.isInteger(high) || !Number.isInteger(wide)) {
    throw new RangeError(`VitConfig: expected a patchSize that the stem's stride ${stride} divides, got ${patchSize}`);
  }
  return [high, wide];
}

/** The number of tokens before the patches: class, distillation and registers. */
export function leadingTokens(config: Pick<VitConfig, "pooling" | "distillationToken" | "registerTokens">): number {
  checkRecord("leadingTokens", "config", config);
  return tokensWithPosition(config) + config.registerTokens;
}

/** The number of those with a position embedding, which registers lack. */
export function tokensWithPosition({ pooling, distillationToken }: Pick<VitConfig, "pooling" | "distillationToken">) {
  return Number(pooling !== "mean") + Number(distillationToken);
}
