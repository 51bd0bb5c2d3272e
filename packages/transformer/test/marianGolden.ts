import { readFileSync } from "node:fs";
import { type Golden, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { marian, type MarianModel, type Seq2SeqInputs } from "../src/index.ts";
import { modelOfArrays } from "./modelOfArrays.ts";

/** The checkpoints that golden/make_marian.py writes. */
export const MARIAN_GOLDENS = ["marian-relu", "marian-gelu", "marian-swish"] as const;

/** What `generate` of Hugging Face transformers answered to one set of options. */
export interface GenerationGolden {
  /** In Hugging Face's names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** One row for each returned sequence, padded to the same length. */
  readonly ids: readonly (readonly number[])[];
  /** None for greedy search. */
  readonly scores: readonly number[] | null;
}

export interface MarianGolden {
  readonly arrays: Golden;
  readonly generations: readonly GenerationGolden[];
  /** The sources without their padding. */
  readonly sources: readonly (readonly number[])[];
  /** The checkpoint as a model, the caller's. */
  model(): MarianModel;
  /** What the hidden states and logits were made from; the caller's tensors. */
  inputs(): Seq2SeqInputs & { readonly attentionMask: tf.Tensor2D };
}

/** Reads one golden checkpoint and all that is known of it. */
export function marianGolden(name: (typeof MARIAN_GOLDENS)[number]): MarianGolden {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const { config, generations } = JSON.parse(readFileSync(file("json"), "utf8")) as {
    config: unknown;
    generations: GenerationGolden[];
  };
  const attentionMask = arrays.ids("input/keep");
  return {
    arrays,
    generations,
    sources: arrays.ids("input/ids").map((row, i) => row.filter((_, j) => attentionMask[i]?.[j] === 1)),
    model: () => modelOfArrays(marian, config, arrays.under("weights/")),
    inputs: () => ({
      ids: arrays.tensor("input/ids"),
      attentionMask: tf.tidy(() => tf.cast(arrays.tensor("input/keep"), "bool")),
      decoderIds: arrays.tensor("input/decoder_ids"),
    }),
  };
}
