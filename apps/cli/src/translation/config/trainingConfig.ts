import { z } from "zod";
import { withOwnFields } from "../../training/ownFields.ts";
import { Checkpoints, Optimization, positive, rate } from "../../training/recipe.ts";

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

/** Pairs to train on beside the main ones; none of them is validated or tested on. */
const AddedPairs = z.strictObject({
  tsv: z.string().describe("Tab-separated pairs, English first; {number}, {person} and other slots are filled anew"),
  reverse: z.boolean().default(false),
  weight: z.number().positive().default(1).describe("How often each pair comes in an epoch, on average"),
  cap: positive.optional().describe("How many pairs come in an epoch at most"),
  minWords: positive.default(1).describe("Pairs with fewer words in the source are left out: labels of programs"),
  cells: z.boolean().default(false).describe("A phrasebook's cells: alternatives apart (a / b), notes (in these) off"),
  split: z
    .enum(["english", "group"])
    .optional()
    .describe("Only those that the SHA-256 rule trains on, by the English side or the third column's group (12_3: 12)"),
  finalMarks: z.boolean().default(false).describe("A side without a final mark gets that of the other"),
});
export type AddedPairs = z.infer<typeof AddedPairs>;

const share = z.number().min(0).max(1).default(0);

/** How often a pair is changed into one that people may as well have written, each a share of all pairs. */
const Augmentation = z.strictObject({
  lists: z
    .string()
    .describe("Tab-separated kind, English, the other language: names, cities and what else fills slots"),
  swapped: share.describe("A number, name, weekday or month swapped for another on both sides, where there is one"),
  joined: share.describe("Another short sentence behind it"),
  smallLetters: share.describe("The source in small letters, mostly without its final mark"),
  capitals: share.describe("Both sides in capitals"),
  noFinalMark: share.describe("Both sides without their final mark"),
  noApostrophes: share.describe("The source without apostrophes inside words"),
  noAccents: share.describe("A French source without accents"),
  noSpaceBeforeMarks: share.describe("A French source without the spaces before its marks"),
  casual: share.describe("A Korean source as friends speak: 반말 for 해요"),
  oneSpaceLess: share.describe("A Korean source without one of its spaces"),
});
export type Augmentation = z.infer<typeof Augmentation>;

const Vocabulary = z.strictObject({
  vocabSize: positive.describe("Entries shared by both languages, special tokens included"),
  minFrequency: positive.default(2).describe("A pair seen less often is not merged"),
});
export type Vocabulary = z.infer<typeof Vocabulary>;

const NewModel = z.strictObject({
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
});
export type NewModel = z.infer<typeof NewModel>;

/**
 * What `qkv train translation --config FILE` reads. Paths are relative to the data folder (`--data` or
 * QKV_DATA); those that begin with ./ are relative to the recipe, and are copied into the run's folder.
 */
const TrainingConfig = z.strictObject({
  $schema: z.string().optional().describe("For editors: translation.schema.json beside the recipes"),
  task: z.literal("translation"),
  languages: z
    .strictObject({ source: z.string(), target: z.string() })
    .describe("Language codes, written into the model's tokenizer_config.json"),
  seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),

  data: z.strictObject({
    pairs: Pairs.describe("All pairs, split by the SHA-256 rule, unless `validation` names a file of its own"),
    validation: Pairs.optional().describe("Pairs to validate on; `pairs` is then used for training as a whole"),
    added: z.array(AddedPairs).default([]).describe("Further pairs to train on, without those that are tested on"),
    apart: z
      .enum(["english", "eitherSide"])
      .default("english")
      .describe(
        "Added pairs are without those whose English is tested on; or all without those of which either side is",
      ),
    augmentation: Augmentation.optional(),
    maxTokens: positive.default(64).describe("Training pairs with a longer side are left out"),
  }),

  startFrom: z
    .string()
    .optional()
    .describe("A trained Marian model to go on from, with its tokenizer: a shipped one, a folder, an id on the hub"),
  tokenizer: Vocabulary.optional().describe(
    "Of a new model; or in place of that of startFrom, whose tokens keep their vectors where both have them",
  ),
  model: NewModel.optional().describe("A new model's size"),
  dropout: rate.optional().describe("Of the model that startFrom names; default its own"),

  training: Optimization.extend({
    tokensPerBatch: positive.describe("Rows times the longest side of a batch, at most"),
  }).transform(withOwnFields()),

  validation: z
    .strictObject({
      everySteps: positive.default(1000),
      pairs: positive.default(500).describe("How many validation pairs to translate for BLEU, and to take the loss of"),
    })
    .prefault({}),

  checkpoints: Checkpoints.prefault({}),
});

export const TranslationTrainingConfig = TrainingConfig.superRefine(({ startFrom, ...config }, context) => {
  for (const field of ["tokenizer", "model"] as const) {
    if (startFrom !== undefined || config[field] !== undefined) continue;
    const message = "expected those of a new model, or startFrom, got neither";
    context.addIssue({ code: "custom", path: [field], message });
  }
  if (startFrom === undefined && config.dropout !== undefined) {
    const message = "expected none without startFrom: a new model's is in model";
    context.addIssue({ code: "custom", path: ["dropout"], message });
  }
  if (startFrom !== undefined && config.model !== undefined) {
    const message = "expected none beside startFrom, whose model has its own";
    context.addIssue({ code: "custom", path: ["model"], message });
  }
});

export type TranslationTrainingConfig = z.infer<typeof TranslationTrainingConfig>;
