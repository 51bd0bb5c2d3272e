import type { TextTowerModel, TwoTowerModel, VisionTowerModel } from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { type OutputPaths, probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

type Tower = TextTowerModel["backbone"] | VisionTowerModel["backbone"];

/** Where a tower's outputs are. @param under Hugging Face's name of the output that holds them, and a dot */
function pathsOf(path: string, tower: Tower, { hiddenStates, attentions }: WantedOutputs, under = ""): OutputPaths {
  const layers = tower.layers.map((_, i) => `${path}.layers.${i}`);
  return {
    ...(hiddenStates && { [`${under}hidden_states`]: [`${path}.embeddings`, ...layers] }),
    ...(attentions && { [`${under}attentions`]: probabilitiesOf(layers) }),
  };
}

/** One pass of a model that compares images and texts: Hugging Face's names in and out. The caller disposes of what comes back. */
export function twoTowerForward(
  model: TwoTowerModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  const paths = {
    ...pathsOf("text", model.text, wanted, "text_model_output."),
    ...pathsOf("vision", model.vision, wanted, "vision_model_output."),
  };
  return recordedOutputs(paths, (taps) => {
    const given = textsOf(inputs);
    const pixels = inputs.images("pixel_values");
    inputs.expectAllTaken();
    const { logitsPerImage, logitsPerText, imageEmbeds, textEmbeds } = model.forward({ ...given, pixels }, { taps });
    return {
      logits_per_image: logitsPerImage,
      logits_per_text: logitsPerText,
      text_embeds: textEmbeds,
      image_embeds: imageEmbeds,
    };
  });
}

/** The same of a tower that reads texts alone. */
export function textTowerForward(
  model: TextTowerModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  return recordedOutputs(pathsOf("backbone", model.backbone, wanted), (taps) => {
    const given = textsOf(inputs);
    inputs.expectAllTaken();
    const { lastHiddenState, poolerOutput, textEmbeds } = model.forward(given, { taps });
    return {
      last_hidden_state: lastHiddenState,
      ...(textEmbeds === undefined ? { pooler_output: poolerOutput } : { text_embeds: textEmbeds }),
    };
  });
}

/** The same of a tower that reads images alone. */
export function visionTowerForward(
  model: VisionTowerModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  return recordedOutputs(pathsOf("backbone", model.backbone, wanted), (taps) => {
    const pixels = inputs.images("pixel_values");
    inputs.expectAllTaken();
    const { lastHiddenState, poolerOutput, imageEmbeds } = model.forward(pixels, { taps });
    return {
      last_hidden_state: lastHiddenState,
      ...(imageEmbeds !== undefined && { image_embeds: imageEmbeds }),
      ...(imageEmbeds === undefined && poolerOutput !== undefined && { pooler_output: poolerOutput }),
    };
  });
}

function textsOf(inputs: NamedTensors): { ids: tf.Tensor2D; attentionMask: tf.Tensor2D | undefined } {
  return { ids: inputs.ids("input_ids"), attentionMask: inputs.optionalMask("attention_mask") };
}
