import {
  asPicture,
  type BeitClassifier,
  type BeitModel,
  type Size,
  SwinClassifier,
  SwinModel,
  type SwinModels,
  type VisionTowerClassifier,
  type VitModels,
} from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./namedTensors.ts";
import { probabilitiesOf, recordedOutputs, type WantedOutputs } from "./recordedOutputs.ts";

type ImageModel = VitModels | SwinModels | BeitClassifier | BeitModel | VisionTowerClassifier;
type ImageOutput = ReturnType<ImageModel["forward"]>;
type FieldOf<Output> = Output extends unknown ? keyof Output : never;

/** Our fields -> Hugging Face's names. */
const NAMES: Readonly<Record<FieldOf<ImageOutput>, string>> = {
  logits: "logits",
  classLogits: "cls_logits",
  distillationLogits: "distillation_logits",
  lastHiddenState: "last_hidden_state",
  poolerOutput: "pooler_output",
};

/** One pass of an image model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function imageForward(
  model: ImageModel,
  inputs: NamedTensors,
  { hiddenStates, attentions }: WantedOutputs,
): Map<string, tf.Tensor> {
  const { states, attending } = pathsOf(model);
  const paths = {
    ...(hiddenStates && { hidden_states: ["backbone.embeddings", ...states] }),
    ...(attentions && { attentions: probabilitiesOf(attending) }),
  };
  return recordedOutputs(paths, (taps) => {
    const pixels = inputs.images("pixel_values");
    inputs.expectAllTaken();
    const fields = Object.entries(model.forward(pixels, { taps })) as [keyof typeof NAMES, tf.Tensor][];
    const pictures =
      hiddenStates && isSwin(model)
        ? model.backbone.grids(pixels).map((grid, i): [string, tf.Tensor] => {
            const state = taps.get<tf.Tensor3D>(["backbone.embeddings", ...states][i] as string);
            return [`reshaped_hidden_states.${i}`, asPicture(state, grid as Size)];
          })
        : [];
    return Object.fromEntries([...fields.map(([field, tensor]) => [NAMES[field], tensor] as const), ...pictures]);
  });
}

function isSwin(model: ImageModel): model is SwinClassifier | SwinModel {
  return model instanceof SwinClassifier || model instanceof SwinModel;
}

/** Where hidden states are, and the layers whose attention Hugging Face gives: of Swin the last of each stage. */
function pathsOf(model: ImageModel): { states: readonly string[]; attending: readonly string[] } {
  if (!isSwin(model)) {
    const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
    return { states: layers, attending: layers };
  }
  const stages = model.backbone.stages.map(({ layers }, i) => [`backbone.stages.${i}`, layers.length] as const);
  return {
    states: stages.map(([stage]) => stage),
    attending: stages.map(([stage, depth]) => `${stage}.layers.${depth - 1}`),
  };
}
