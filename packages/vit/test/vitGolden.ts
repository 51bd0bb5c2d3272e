import { readFileSync } from "node:fs";
import { loadCheckpoint, type NameMap, type Params } from "@qkv/nn";
import { golden, type GoldenArray } from "@qkv/testing";
import {
  DINO_BACKBONE_NAMES,
  DistilledVitClassifier,
  parseVitConfig,
  VIT_BACKBONE_NAMES,
  vitCheckpointNames,
  VitClassifier,
  type VitConfig,
  VitModel,
} from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";

type AnyVit = VitClassifier | DistilledVitClassifier | VitModel;

/** The models that golden/make_vit.py writes, and the class that each is opened as. */
const CLASSES: Readonly<Record<string, new (params: Params, config: VitConfig) => AnyVit>> = {
  "vit-classifier": VitClassifier,
  "vit-model": VitModel,
  "vit-bare": VitModel,
  "deit-classifier": VitClassifier,
  "deit-teacher": DistilledVitClassifier,
  "deit-model": VitModel,
  "dinov2-classifier": VitClassifier,
  "dinov2-registers": VitClassifier,
  "dinov2-model": VitModel,
};

/** The names of all models. */
export const VIT_GOLDENS: readonly string[] = Object.keys(CLASSES);

/** One model and what Hugging Face transformers made of some images with it. */
export interface VitGolden {
  readonly json: Readonly<Record<string, unknown>>;
  readonly images: number;
  /** The model, the caller's. */
  model(): AnyVit;
  /** A stage of an image as a tensor, the caller's. */
  tensor(image: number, stage: string): tf.Tensor;
  /** A stage of an image under Hugging Face's name. */
  expected(image: number, stage: string): GoldenArray;
  /** How many there are of `prefix.0`, `prefix.1`, ... */
  count(image: number, prefix: string): number;
  /** Whether Python gave a stage of this name. */
  has(image: number, stage: string): boolean;
}

/** Reads one golden model and all that is known of it. */
export function vitGolden(name: string): VitGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Record<string, unknown>;
  const Class = CLASSES[name];
  if (Class === undefined) throw new Error(`vitGolden: expected one of ${VIT_GOLDENS.join(", ")}, got ${name}`);
  const state = arrays.under("weights/");
  const modelType = String(json["model_type"]);
  const backbone: NameMap = modelType.startsWith("dinov2") ? DINO_BACKBONE_NAMES : VIT_BACKBONE_NAMES;
  const prefix = Class === VitModel ? "" : `${modelType}.`;
  return {
    json,
    images: new Set(arrays.names.filter((at) => at.startsWith("image/")).map((at) => at.split("/")[1])).size,
    model() {
      const { pooler, ...config } = parseVitConfig(json);
      const whole = pooler && state.has("pooler.dense.weight") ? { ...config, pooler } : config;
      return loadCheckpoint(state, vitCheckpointNames(backbone, prefix), (params) => new Class(params, whole), {
        ignore: [`${prefix}embeddings.mask_token`],
      });
    },
    tensor: (image, stage) => arrays.tensor(`image/${image}/${stage}`),
    expected: (image, stage) => arrays.array(`image/${image}/${stage}`),
    count: (image, prefix) => arrays.under(`image/${image}/${prefix}.`).size,
    has: (image, stage) => arrays.names.includes(`image/${image}/${stage}`),
  };
}
