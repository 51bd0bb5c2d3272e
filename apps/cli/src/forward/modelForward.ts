import type { PretrainedModel } from "@qkv/pretrained";
import {
  CausalLanguageModel,
  Seq2SeqClassificationModel,
  Seq2SeqLanguageModel,
  SpeechCtcModel,
  WhisperModel,
} from "@qkv/transformer";
import { DepthAnything, TextTowerModel, TwoTowerModel, VisionTowerModel, YolosDetector } from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";
import { causalForward } from "./causalForward.ts";
import { ctcForward } from "./ctcForward.ts";
import { depthForward } from "./depthForward.ts";
import { detectorForward } from "./detectorForward.ts";
import { encoderForward } from "./encoderForward.ts";
import { imageForward } from "./imageForward.ts";
import type { NamedTensors } from "./namedTensors.ts";
import { rereadingForward, seq2seqForward, speechForward } from "./seq2seqForward.ts";
import type { WantedOutputs } from "./recordedOutputs.ts";
import { textTowerForward, twoTowerForward, visionTowerForward } from "./towerForward.ts";

/** One pass of any model: Hugging Face's names in and out. The caller disposes of what comes back. */
export function modelForward(
  model: PretrainedModel,
  inputs: NamedTensors,
  wanted: WantedOutputs,
): Map<string, tf.Tensor> {
  if (model instanceof Seq2SeqLanguageModel) return seq2seqForward(model, inputs, wanted);
  if (model instanceof WhisperModel) return speechForward(model, inputs, wanted);
  if (model instanceof SpeechCtcModel) return ctcForward(model, inputs, wanted);
  if (model instanceof CausalLanguageModel) return causalForward(model, inputs, wanted);
  if (model instanceof Seq2SeqClassificationModel) return rereadingForward(model, inputs, wanted);
  if (model instanceof TwoTowerModel) return twoTowerForward(model, inputs, wanted);
  if (model instanceof TextTowerModel) return textTowerForward(model, inputs, wanted);
  if (model instanceof VisionTowerModel) return visionTowerForward(model, inputs, wanted);
  if (model instanceof DepthAnything) return depthForward(model, inputs, wanted);
  if (model instanceof YolosDetector) return detectorForward(model, inputs, wanted);
  if ("encoder" in model || "decoder" in model) return encoderForward(model, inputs, wanted);
  return imageForward(model, inputs, wanted);
}
