import { z } from "zod";
import { Checkpoints, Optimization, positive, rate } from "../training/recipe.ts";

/** A file of sentence pairs: one tab-separated file (inside a zip or not), or two files of lines (gzipped or not). */
const Pairs = z.union([
  z.strictObject({
    tsv: z.string().describe("Tab-separated pairs: English, then the other language; .zip holds one .txt"),
    reverse: z.boolean().default(false).describe("Translate from the second column to the first"),
  }),
  z.strictObject({
    source: z.string().describe("One sentence a line; .gz is unpacked"),
    target: z.string(),
  }),
]);

/** What `qkv train translation --config FILE` reads. Paths are relative to the data folder (`--data` or QKV_DATA). */
export const TranslationTrainingConfig = z.strictObject({
  $schema: z.string().optional().describe("For editors: translation.schema.json beside the recipes"),
  task: z.literal("translation"),
  languages: z
    .strictObject({ source: z.string(), target: z.string() })
    .describe("Language codes, written into the model's tokenizer_config.json"),
  seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),

  data: z.strictObject({
    pairs: Pairs.describe("All pairs, split by the SHA-256 rule, unless `validation` names a file of its own"),
    validation: Pairs.optional().describe("Pairs to validate on; `pairs` is then used for training as a whole"),
    maxTokens: positive.default(64).describe("Training pairs with a longer side are left out"),
  }),

  tokenizer: z.strictObject({
    vocabSize: positive.describe("Entries shared by both languages, special tokens included"),
    minFrequency: positive.default(2).describe("A pair seen less often is not merged"),
  }),

  model: z.strictObject({
    dModel: positive,
    encoderLayers: positive,
    decoderLayers: positive,
    numHeads: positive,
    ffnDim: positive,
    activation: z.enum(["relu", "gelu", "silu"]).default("relu"),
    dropout: rate.default(0.1),
    attentionDropout: rate.default(0),
    activationDropout: rate.default(0),
    maxPositions: positive.default(512),
  }),

  training: Optimization.extend({
    tokensPerBatch: positive.describe("Rows times the longest side of a batch, at most"),
  }),

  validation: z
    .strictObject({
      everySteps: positive.default(1000),
      pairs: positive.default(500).describe("How many validation pairs to translate for BLEU, and to take the loss of"),
    })
    .prefault({}),

  checkpoints: Checkpoints.prefault({}),
});

export type TranslationTrainingConfig = z.infer<typeof TranslationTrainingConfig>;
