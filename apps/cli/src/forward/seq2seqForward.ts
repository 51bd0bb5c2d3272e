import type { Seq2SeqClassificationModel, Seq2SeqLanguageModel, WhisperModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { type OutputPaths, probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

/** One pass of an encoder-decoder: Hugging Face's names in and out. The caller disposes of what comes back. */
export function seq2seqForward(
  model: Seq2SeqLanguageModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  return recordedOutputs(pathsOf(model, { hiddenStates, attentions }), (taps) => {
    const ids = inputs.ids("input_ids");
    const attentionMask = inputs.optionalMask("attention_mask");
    const decoderIds = inputs.ids("decoder_input_ids");
    inputs.expectAllTaken();
    return { logits: model.forward({ ids, attentionMask, decoderIds }, { taps }).logits };
  });
}

/** The same of a model that hears: spectrograms in the place of ids. */
export function speechForward(
  model: WhisperModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  return recordedOutputs(pathsOf(model, wanted), (taps) => {
    const features = inputs.features("input_features");
    const decoderIds = inputs.ids("decoder_input_ids");
    inputs.expectAllTaken();
    return { logits: model.forward({ features, decoderIds }, { taps }).logits };
  });
}

/** The same of a classifier whose decoder reads the text again. */
export function rereadingForward(
  model: Seq2SeqClassificationModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  return recordedOutputs(pathsOf(model, wanted), (taps) => {
    const ids = inputs.ids("input_ids");
    const attentionMask = inputs.optionalMask("attention_mask");
    inputs.expectAllTaken();
    return { logits: model.forward({ ids, attentionMask }, { taps }).logits };
  });
}

function pathsOf(
  model: Seq2SeqClassificationModel | Seq2SeqLanguageModel | WhisperModel,
  { hiddenStates, attentions }: WantedOutputs,
): OutputPaths {
  const layersOf = (side: "encoder" | "decoder") => model[side].layers.map((_, i) => `${side}.layers.${i}`);
  const statesOf = (side: "encoder" | "decoder") => {
    const layers = layersOf(side);
    // The last layer's output comes after the last norm, if there is one.
    const hasNorm = model.activations.includes(`${side}.norm`);
    return [`${side}.embeddings`, ...(hasNorm ? [...layers.slice(0, -1), `${side}.norm`] : layers)];
  };
  const [encoder, decoder] = [statesOf("encoder"), statesOf("decoder")];
  return {
    encoder_last_hidden_state: encoder.at(-1) as string,
    last_hidden_state: decoder.at(-1) as string,
    ...(hiddenStates && { encoder_hidden_states: encoder, decoder_hidden_states: decoder }),
    ...(attentions && {
      encoder_attentions: probabilitiesOf(layersOf("encoder")),
      decoder_attentions: probabilitiesOf(layersOf("decoder")),
      cross_attentions: probabilitiesOf(layersOf("decoder"), "crossAttn"),
    }),
  };
}
