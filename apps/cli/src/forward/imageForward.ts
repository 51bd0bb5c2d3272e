import { tidy } from "@qkv/nn";
import type { PretrainedModel } from "@qkv/pretrained";
import type { CausalLanguageModel, ForwardOptions, MarianModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { type NamedTensors, numbered } from "./namedTensors.ts";

type ImageModel = Exclude<PretrainedModel, MarianModel | CausalLanguageModel>;
type ImageOutput = ReturnType<ImageModel["forward"]>;
type FieldOf<Output> = Output extends unknown ? keyof Output : never;

/** Our fields -> Hugging Face's names. */
const NAMES: Readonly<Record<FieldOf<ImageOutput>, string>> = {
  hiddenStates: "hidden_states",
  reshapedHiddenStates: "reshaped_hidden_states",
  attentions: "attentions",
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
    const output = model.forward(pixels, options);
    const fields = Object.entries({ ...output, attentions: attentionsOf(model, output.attentions) });
    return Object.fromEntries<tf.Tensor>(
      fields.flatMap(([field, tensors]: [string, tf.Tensor | readonly tf.Tensor[]]) => {
        const name = NAMES[field as keyof typeof NAMES];
        return "dataId" in tensors ? [[name, tensors] as const] : numbered(name, tensors);
      }),
    );
  });
  return new Map(Object.entries(outputs));
}

/** Hugging Face gives those of the last layer of each of Swin's stages, where we give all. */
function attentionsOf({ config }: ImageModel, attentions: readonly tf.Tensor4D[]): readonly tf.Tensor4D[] {
  if (!("depths" in config) || attentions.length === 0) return attentions;
  let end = 0;
  return config.depths.flatMap((depth) => attentions.slice((end += depth) - 1, end));
}
