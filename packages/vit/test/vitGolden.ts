import { readFileSync } from "node:fs";
import { loadCheckpoint } from "@qkv/nn";
import { weightRulesOf } from "@qkv/transformer";
import { golden, type GoldenArray } from "@qkv/testing";
import { type DistilledVitClassifier, vit, type VitClassifier, type VitModel } from "@qkv/vit";
import type * as tf from "@tensorflow/tfjs-core";

type AnyVit = VitClassifier | DistilledVitClassifier | VitModel;

/** The names of the models that golden/make_vit.py writes. */
export const VIT_GOLDENS: readonly string[] = [
  ...["vit-classifier", "vit-model", "vit-bare", "deit-classifier", "deit-teacher", "deit-model"],
  ...["dinov2-classifier", "dinov2-registers", "dinov2-model"],
  ...["dinov3", "dinov3-gated"],
];

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
  const state = arrays.under("weights/");
  const architectures = json["architectures"] as readonly string[];
  return {
    json,
    images: new Set(arrays.names.filter((at) => at.startsWith("image/")).map((at) => at.split("/")[1])).size,
    model() {
      const config = vit.parseConfig(json);
      const found = vit.architectures(config.modelType).find(({ className }) => className === architectures[0]);
      if (found === undefined) throw new Error(`vitGolden: expected a class, got ${architectures}`);
      const { build } = found;
      const weights = weightRulesOf(found, config);
      return loadCheckpoint(state, weights.rename, (params) => build(params, config, new Set(state.keys())), {
        ignore: Object.keys(weights.ignore ?? {}),
      }) as AnyVit;
    },
    tensor: (image, stage) => arrays.tensor(`image/${image}/${stage}`),
    expected: (image, stage) => arrays.array(`image/${image}/${stage}`),
    count: (image, prefix) => arrays.under(`image/${image}/${prefix}.`).size,
    has: (image, stage) => arrays.names.includes(`image/${image}/${stage}`),
  };
}
