import { readFileSync } from "node:fs";
import { type Golden, golden } from "@qkv/testing";
import { bart, type Family, m2m100, pegasus, type Seq2SeqLanguageModel, t5 } from "../src/index.ts";
import type { GenerationGolden } from "./marianGolden.ts";
import { modelOfArrays } from "./modelOfArrays.ts";

const FAMILIES: readonly Family[] = [t5, bart, m2m100, pegasus];

/** The checkpoints that golden/make_t5.py and golden/make_fairseq.py write. */
export const SEQ2SEQ_GOLDENS = ["t5", "t5-gated", "mt5", "bart", "mbart", "m2m_100", "pegasus"] as const;

export interface Seq2SeqGolden {
  readonly arrays: Golden;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generations: readonly GenerationGolden[];
  /** The checkpoint as a model, the caller's. */
  model(): Seq2SeqLanguageModel;
}

/** Reads one golden checkpoint and all that is known of it. */
export function seq2seqGolden(name: (typeof SEQ2SEQ_GOLDENS)[number]): Seq2SeqGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<Seq2SeqGolden, "config" | "generations">;
  const weights = arrays.under("weights/");
  // what opening a folder finds out: an output layer of its own in the file is not tied
  const config = { ...json.config, tie_word_embeddings: !weights.has("lm_head.weight") };
  const family = FAMILIES.find(({ modelTypes }) => modelTypes.includes(json.config["model_type"] as string)) ?? t5;
  return { ...json, arrays, model: () => modelOfArrays(family as Family, config, weights) as Seq2SeqLanguageModel };
}
