import { readFileSync } from "node:fs";
import { type Golden, golden } from "@qkv/testing";
import { t5, type T5Model } from "../src/index.ts";
import type { GenerationGolden } from "./marianGolden.ts";
import { modelOfArrays } from "./modelOfArrays.ts";

/** The checkpoints that golden/make_t5.py writes. */
export const T5_GOLDENS = ["t5", "t5-gated", "mt5"] as const;

export interface T5Golden {
  readonly arrays: Golden;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generations: readonly GenerationGolden[];
  /** The checkpoint as a model, the caller's. */
  model(): T5Model;
}

/** Reads one golden checkpoint and all that is known of it. */
export function t5Golden(name: (typeof T5_GOLDENS)[number]): T5Golden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<T5Golden, "config" | "generations">;
  const weights = arrays.under("weights/");
  // what opening a folder finds out: an output layer of its own in the file is not tied
  const config = { ...json.config, tie_word_embeddings: !weights.has("lm_head.weight") };
  return { ...json, arrays, model: () => modelOfArrays(t5, { ...config }, weights) };
}
