import { readFileSync } from "node:fs";
import { loadCheckpoint } from "@qkv/nn";
import { type Golden, golden } from "@qkv/testing";
import {
  CausalLanguageModel,
  GPT2_CHECKPOINT_NAMES,
  GPT2_IGNORED_NAMES,
  LLAMA_CHECKPOINT_NAMES,
  LLAMA_IGNORED_NAMES,
  parseGpt2Config,
  parseLlamaConfig,
  unpackGpt2,
} from "../src/index.ts";
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
  model(): CausalLanguageModel;
}

/** Reads one golden checkpoint and all that is known of it. */
export function causalGolden(name: (typeof CAUSAL_GOLDENS)[number] | typeof BATCH_GOLDEN): CausalGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<CausalGolden, "config" | "generations">;
  const weights = arrays.under("weights/");
  const model = () =>
    name.startsWith("gpt2")
      ? loadCheckpoint(
          unpackGpt2(weights),
          GPT2_CHECKPOINT_NAMES,
          (params) => new CausalLanguageModel(params, parseGpt2Config(json.config)),
          { ignore: GPT2_IGNORED_NAMES },
        )
      : loadCheckpoint(
          weights,
          LLAMA_CHECKPOINT_NAMES,
          (params) => new CausalLanguageModel(params, parseLlamaConfig(json.config)),
          { ignore: LLAMA_IGNORED_NAMES },
        );
  return { ...json, arrays, model };
}
