import { z } from "zod";
import { withOwnFields } from "../training/ownFields.ts";
import { Checkpoints, Optimization, positive, rate } from "../training/recipe.ts";

/** What `qkv train text-generation --config FILE` reads. Paths are relative to the data folder (`--data` or QKV_DATA). */
export const TextTrainingConfig = z.strictObject({
  $schema: z.string().optional().describe("For editors: text-generation.schema.json beside the recipes"),
  task: z.literal("text-generation"),
  seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),

  data: z.strictObject({
    text: z.string().describe("One UTF-8 text; its last part is kept for validation"),
    validationShare: z.number().gt(0).lt(1).default(0.1).describe("How much of the text that is"),
  }),

  tokenizer: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("characters") }),
      z.strictObject({
        kind: z.literal("bpe"),
        vocabSize: positive.describe("Entries, special tokens included"),
        minFrequency: positive.default(2).describe("A pair seen less often is not merged"),
      }),
    ])
    .describe("One token for each character, or byte-level BPE as GPT-2's"),

  model: z
    .strictObject({
      dModel: positive,
      numLayers: positive,
      numHeads: positive,
      ffnDim: positive.optional().describe("Default 4 dModel"),
      maxPositions: positive.describe("The longest text that it sees at once, in tokens"),
      dropout: rate.default(0).describe("Of embeddings, sublayers and attention weights"),
      residualInit: z
        .enum(["full", "scaled"])
        .default("full")
        .describe("scaled: the last matrices of sublayers start smaller by sqrt(2 numLayers), as in GPT-2 and nanoGPT"),
    })
    .describe("A GPT-2 of this size"),

  training: Optimization.extend({
    labelSmoothing: rate.default(0),
    batchSize: positive.describe("Pieces of maxPositions tokens in a batch"),
  }).transform(withOwnFields()),

  validation: z.strictObject({ everySteps: positive.default(500) }).prefault({}),

  checkpoints: Checkpoints.prefault({}),
});

export type TextTrainingConfig = z.infer<typeof TextTrainingConfig>;
