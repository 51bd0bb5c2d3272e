import { tidy } from "@qkv/nn";
import type { CausalLanguageModel, ForwardOptions } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { type NamedTensors, numbered } from "./namedTensors.ts";

/** One pass of a decoder-only model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function causalForward(
  model: CausalLanguageModel,
  inputs: NamedTensors,
  options: Pick<ForwardOptions, "hiddenStates" | "attentions">,
): Map<string, tf.Tensor> {
  const outputs = tidy(() => {
    const ids = inputs.ids("input_ids");
    const keep = inputs.optionalMask("attention_mask");
    inputs.expectAllTaken();
    const { logits, hiddenStates, attentions } = model.forward({ ids, keep }, options);
    return Object.fromEntries<tf.Tensor>([
      ["logits", logits],
      ...numbered("hidden_states", hiddenStates),
      ...numbered("attentions", attentions),
    ]);
  });
  return new Map(Object.entries(outputs));
}
