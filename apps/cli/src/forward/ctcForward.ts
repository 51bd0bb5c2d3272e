import type { SpeechCtcModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** One pass of a model of spoken characters: Hugging Face's names in and out. The caller disposes of what comes back. */
export function ctcForward(
  model: SpeechCtcModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const layers = model.layers.map((_, i) => `layers.${i}`);
  const paths = {
    ...(hiddenStates && { hidden_states: ["embeddings", ...layers] }),
    ...(attentions && { attentions: probabilitiesOf(layers) }),
  };
  return recordedOutputs(paths, (taps) => {
    const samples = inputs.waveforms("input_values");
    const attentionMask = inputs.optionalMask("attention_mask");
    inputs.expectAllTaken();
    return { logits: model.forward({ samples, attentionMask }, { taps }).logits };
  });
}
