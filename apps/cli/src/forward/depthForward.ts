import type { DepthAnything } from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** One pass of an estimator of depth: Hugging Face's names in and out. The caller disposes of what comes back. */
export function depthForward(
  model: DepthAnything,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
  const paths = {
    ...(hiddenStates && { hidden_states: ["backbone.embeddings", ...layers] }),
    ...(attentions && { attentions: probabilitiesOf(layers) }),
  };
  return recordedOutputs(paths, (taps) => {
    const pixels = inputs.images("pixel_values");
    inputs.expectAllTaken();
    return { predicted_depth: model.forward(pixels, { taps }).predictedDepth };
  });
}
