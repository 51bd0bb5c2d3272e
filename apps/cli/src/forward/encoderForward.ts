import type { EncoderModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { type OutputPaths, probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** Our fields -> Hugging Face's names. */
const NAMES: Readonly<Record<string, string>> = {
  logits: "logits",
  startLogits: "start_logits",
  endLogits: "end_logits",
  lastHiddenState: "last_hidden_state",
  poolerOutput: "pooler_output",
};

/** One pass of an encoder of text: Hugging Face's names in and out. The caller disposes of what comes back. */
export function encoderForward(
  model: EncoderModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const layers = model.encoder.layers.map((_, i) => `encoder.layers.${i}`);
  // The last layer's output comes after the last norm, if there is one.
  const states = model.encoder.norm === undefined ? layers : [...layers.slice(0, -1), "encoder.norm"];
  const paths: OutputPaths = {
    ...(hiddenStates && { hidden_states: ["encoder.embeddings", ...states] }),
    ...(attentions && { attentions: probabilitiesOf(layers) }),
  };
  return recordedOutputs(paths, (taps) => {
    const ids = inputs.ids("input_ids");
    const attentionMask = inputs.optionalMask("attention_mask");
    const tokenTypes = inputs.optionalIds("token_type_ids");
    inputs.expectAllTaken();
    const outputs = Object.entries(model.forward({ ids, attentionMask, tokenTypes }, { taps })) as [
      string,
      tf.Tensor,
    ][];
    return Object.fromEntries(outputs.map(([field, tensor]) => [NAMES[field], tensor]));
  });
}
