import type { CausalLanguageModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { type OutputPaths, probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** One pass of a decoder-only model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function causalForward(
  model: CausalLanguageModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const layers = model.layers.map((_, i) => `layers.${i}`);
  const paths: OutputPaths = {
    // The last layer's output comes after the last norm, if there is one.
    ...(hiddenStates && {
      hidden_states: ["embeddings", ...(model.norm === undefined ? layers : [...layers.slice(0, -1), "norm"])],
    }),
    ...(attentions && { attentions: probabilitiesOf(layers) }),
  };
  return recordedOutputs(paths, (taps) => {
    const ids = inputs.ids("input_ids");
    const attentionMask = inputs.optionalMask("attention_mask");
    inputs.expectAllTaken();
    return { logits: model.forward({ ids, attentionMask }, { taps }).logits };
  });
}
