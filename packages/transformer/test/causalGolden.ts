import { readFileSync } from "node:fs";
import { type Golden, golden } from "@qkv/testing";
import { gpt2, type Gpt2Model, llama, type LlamaModel } from "../src/index.ts";
import { modelOfArrays } from "./modelOfArrays.ts";
import type { GenerationGolden } from "./marianGolden.ts";

/** The checkpoints that golden/make_causal.py writes. */
export const CAUSAL_GOLDENS = ["gpt2", "gpt2-scaled", "llama", "mistral", "qwen2", "qwen2-window", "qwen3"] as const;

/** A checkpoint whose rotary positions depend on the longest text of a batch: for tests of whole batches. */
export const BATCH_GOLDEN = "mistral-window";

export interface CausalGolden {
  readonly arrays: Golden;
  readonly config: unknown;
  readonly generations: readonly (GenerationGolden & { readonly prompts: readonly (readonly number[])[] })[];
  /** The checkpoint as a model, the caller's. */
  model(): Gpt2Model | LlamaModel;
}

/** Reads one golden checkpoint and all that is known of it. */
export function causalGolden(name: (typeof CAUSAL_GOLDENS)[number] | typeof BATCH_GOLDEN): CausalGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<CausalGolden, "config" | "generations">;
  const weights = arrays.under("weights/");
  const model = () =>
    name.startsWith("gpt2") ? modelOfArrays(gpt2, json.config, weights) : modelOfArrays(llama, json.config, weights);
  return { ...json, arrays, model };
}
