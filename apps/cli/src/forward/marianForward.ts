import { tidy } from "@qkv/nn";
import type { ForwardOptions, MarianModel, StackOutput } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { type NamedTensors, numbered } from "./namedTensors.ts";

/** One pass of a Marian model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function marianForward(
  model: MarianModel,
  inputs: NamedTensors,
  options: Pick<ForwardOptions, "hiddenStates" | "attentions">,
): Map<string, tf.Tensor> {
  const outputs = tidy(() => {
    const ids = inputs.ids("input_ids");
    const keep = inputs.optionalMask("attention_mask");
    const decoderIds = inputs.ids("decoder_input_ids");
    inputs.expectAllTaken();
    const { logits, encoder, decoder } = model.forward({ ids, keep, decoderIds }, options);
    return Object.fromEntries<tf.Tensor>([
      ["logits", logits],
      ["encoder_last_hidden_state", encoder.lastHiddenState],
      ...stackEntries("encoder", encoder),
      ...stackEntries("decoder", decoder),
      ...numbered("cross_attentions", decoder.crossAttentions),
    ]);
  });
  return new Map(Object.entries(outputs));
}

function stackEntries(side: string, { hiddenStates, attentions }: StackOutput): [string, tf.Tensor][] {
  return [...numbered(`${side}_hidden_states`, hiddenStates), ...numbered(`${side}_attentions`, attentions)];
}
