import type { MarianModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { type OutputPaths, probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** One pass of a Marian model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function marianForward(
  model: MarianModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const statesOf = (side: "encoder" | "decoder") => [
    `${side}.embeddings`,
    ...model[side].layers.map((_, i) => `${side}.layers.${i}`),
  ];
  const [encoder, decoder] = [statesOf("encoder"), statesOf("decoder")];
  const paths: OutputPaths = {
    encoder_last_hidden_state: encoder.at(-1) as string,
    ...(hiddenStates && { encoder_hidden_states: encoder, decoder_hidden_states: decoder }),
    ...(attentions && {
      encoder_attentions: probabilitiesOf(encoder.slice(1)),
      decoder_attentions: probabilitiesOf(decoder.slice(1)),
      cross_attentions: probabilitiesOf(decoder.slice(1), "crossAttn"),
    }),
  };
  return recordedOutputs(paths, (taps) => {
    const ids = inputs.ids("input_ids");
    const keep = inputs.optionalMask("attention_mask");
    const decoderIds = inputs.ids("decoder_input_ids");
    inputs.expectAllTaken();
    return { logits: model.forward({ ids, keep, decoderIds }, { taps }).logits };
  });
}
