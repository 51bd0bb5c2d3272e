import { tidy } from "@qkv/nn";
import type { PretrainedModel } from "@qkv/pretrained";
import type { ForwardOptions, MarianModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { type NamedTensors, numbered } from "./namedTensors.ts";

type ImageModel = Exclude<PretrainedModel, MarianModel>;
type ImageOutput = ReturnType<ImageModel["forward"]>;
type FieldOf<Output> = Output extends unknown ? Exclude<keyof Output, "hiddenStates" | "attentions"> : never;

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
  options: Pick<ForwardOptions, "hiddenStates" | "attentions">,
): Map<string, tf.Tensor> {
  const outputs = tidy(() => {
    const pixels = inputs.images("pixel_values");
    inputs.expectAllTaken();
    const { hiddenStates, attentions, ...tensors } = model.forward(pixels, options);
    return Object.fromEntries<tf.Tensor>([
      ...Object.entries(tensors).map(([field, tensor]) => [NAMES[field as keyof typeof NAMES], tensor] as const),
      ...numbered("hidden_states", hiddenStates),
      ...numbered("attentions", attentions),
    ]);
  });
  return new Map(Object.entries(outputs));
}
