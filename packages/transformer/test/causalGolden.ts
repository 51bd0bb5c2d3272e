import { readFileSync } from "node:fs";
import { type Golden, golden } from "@qkv/testing";
import { CAUSAL_FAMILIES, type CausalConfig, type CausalLanguageModel, type Family } from "../src/index.ts";
import { modelOfArrays } from "./modelOfArrays.ts";
import type { GenerationGolden } from "./marianGolden.ts";

/** The checkpoints that golden/make_causal.py writes. */
export const CAUSAL_GOLDENS = [
  ...(["gpt2", "gpt2-scaled", "llama", "mistral", "qwen2", "qwen2-window", "qwen3"] as const),
  ...(["gemma", "gemma2", "gemma3_text", "smollm3", "phi3", "phi3-longrope", "olmo2", "granite"] as const),
  ...(["gpt_neox", "gpt_neox-sequential", "phi", "stablelm", "cohere", "gptj", "opt", "opt-post", "bloom"] as const),
  ...(["falcon", "falcon-new", "falcon-alibi", "mixtral", "qwen2_moe", "qwen3_moe"] as const),
] as const;

/** A checkpoint whose rotary positions depend on the longest text of a batch: for tests of whole batches. */
export const BATCH_GOLDEN = "mistral-window";

export interface CausalGolden {
  readonly arrays: Golden;
  readonly config: unknown;
  readonly generations: readonly (GenerationGolden & { readonly prompts: readonly (readonly number[])[] })[];
  /** The checkpoint as a model, the caller's. */
  model(): CausalLanguageModel;
}

/** The family of a `config.json`. */
export function familyOf(json: unknown): Family<string, CausalConfig, CausalLanguageModel> {
  const { model_type: type } = json as { readonly model_type: string };
  const families = CAUSAL_FAMILIES as unknown as readonly Family<string, CausalConfig, CausalLanguageModel>[];
  const family = families.find(({ modelTypes }) => modelTypes.includes(type));
  if (family === undefined) throw new Error(`familyOf: expected a type of decoder-only models, got ${type}`);
  return family;
}

/** Reads one golden checkpoint and all that is known of it. */
export function causalGolden(name: (typeof CAUSAL_GOLDENS)[number] | typeof BATCH_GOLDEN): CausalGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<CausalGolden, "config" | "generations">;
  const weights = arrays.under("weights/");
  const model = () => modelOfArrays(familyOf(json.config), json.config, weights);
  return { ...json, arrays, model };
}
