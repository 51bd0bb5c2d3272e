import type { DecoderHeadModel, EncoderModel } from "@qkv/transformer";
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

/** One pass of an encoder of text, or of a decoder that reads texts as one: Hugging Face's names in and out. The caller disposes of what comes back. */
export function encoderForward(
  model: EncoderModel | DecoderHeadModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const [scope, body] =
    "encoder" in model ? (["encoder", model.encoder] as const) : (["decoder", model.decoder] as const);
  const layers = body.layers.map((_, i) => `${scope}.layers.${i}`);
  // The last layer's output comes after the last norm, if there is one.
  const states = body.norm === undefined ? layers : [...layers.slice(0, -1), `${scope}.norm`];
  const paths: OutputPaths = {
    ...(hiddenStates && { hidden_states: [`${scope}.embeddings`, ...states] }),
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
