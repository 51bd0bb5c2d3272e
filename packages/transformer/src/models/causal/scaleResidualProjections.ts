import { checkRecord, describeArgument } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalLanguageModel } from "./model.ts";

const PROJECTION = /^layers\.\d+\.(selfAttn\.outProj|ffn\.(fc2|downProj))\.weight$/;

/**
 * Divides the matrices that write into the residual stream by the square root of their number, 2 per layer: GPT-2's start,
 * which keeps the stream's variance from growing with depth (Radford et al. 2019, 2.3). With matrices of standard deviation
 * 0.02 theirs is then 0.02 / sqrt(2 layers), as in nanoGPT and transformers. For an untrained model, and once.
 *
 * @throws RangeError if the model has layers of experts, or packed weights
 */
export function scaleResidualProjections(model: Pick<CausalLanguageModel, "layers" | "params">): void {
  checkRecord("scaleResidualProjections", "model", model);
  const projections = [...model.params.named("matrix")].filter(([path]) => PROJECTION.test(path));
  const expected = 2 * model.layers.length;
  if (projections.length !== expected) {
    throw new RangeError(
      `scaleResidualProjections: expected ${expected} projections, of attention and feed-forward in each layer, got ` +
        describeArgument(projections.length),
    );
  }
  tf.tidy(() => {
    for (const [, matrix] of projections) matrix.assign(tf.div(matrix, Math.sqrt(expected)));
  });
}
