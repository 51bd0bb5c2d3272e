import { z } from "zod";
import { AdapterRecipe } from "./adapterRecipe.ts";
import { withOwnFields } from "../training/ownFields.ts";
import { Checkpoints, Optimization, positive, rate } from "../training/recipe.ts";
import type { ObjectiveName } from "./objectiveNames.ts";

const labels = z.array(z.string().min(1)).min(1).optional();
const fromScratch = z
  .boolean()
  .default(false)
  .describe("Whether all weights start anew: of the model only its config and its tokenizer are read");
const smoothing = rate.default(0);

/** What each objective asks besides what all have. */
const OWN = {
  "text-classification": z.strictObject({
    labels: labels.describe("The classes; default those of the data, in the order of the alphabet"),
    problemType: z
      .enum(["single_label_classification", "multi_label_classification", "regression"])
      .default("single_label_classification")
      .describe("One label of each text, several (a list in labels), or a number"),
  }),
  "token-classification": z.strictObject({
    labels: labels.describe("The tags, O among them; default those of the data"),
  }),
  "sentence-embeddings": z.strictObject({
    scale: z.number().positive().default(20).describe("What cosines are multiplied by: 1 / temperature"),
    symmetric: z.boolean().default(false).describe("Whether each positive has to find its anchor too"),
    pooling: z
      .enum(["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"])
      .optional()
      .describe("How vectors of tokens become one; default what the model's folder says, else mean"),
  }),
  "masked-language-model": z.strictObject({
    maskRate: z.number().gt(0).lt(1).default(0.15).describe("The share of words that are hidden"),
    wholeWords: z.boolean().default(false).describe("Whether all tokens of a word are hidden together"),
    fromScratch,
  }),
  "language-model": z.strictObject({ fromScratch }),
  instructions: z.strictObject({}),
  preference: z.strictObject({
    beta: z.number().positive().default(0.1).describe("How strongly the model is held to what it was"),
    labelSmoothing: z.number().min(0).lt(0.5).default(0).describe("The share of preferences taken to be wrong"),
  }),
  seq2seq: z.strictObject({
    prefix: z.string().default("").describe('What is put before each source: "summarize: "'),
    sourceLanguage: z.string().optional().describe('The language of sources, of an NLLB, an M2M100 or an mBART: "en"'),
    targetLanguage: z.string().optional().describe('The language of targets, likewise: "fr"'),
    labelSmoothing: smoothing.describe("The share of probability spread over all tokens"),
  }),
  "span-corruption": z.strictObject({
    density: z.number().gt(0).lt(1).default(0.15).describe("The share of tokens that is hidden"),
    meanSpanLength: z.number().min(1).default(3).describe("The mean number of tokens of a span"),
    fromScratch,
  }),
  "speech-recognition": z.strictObject({
    language: z.string().optional().describe('Of a Whisper, what is spoken: "en"; default as the model\'s files say'),
    task: z.enum(["transcribe", "translate"]).optional().describe("Of a Whisper, whether texts are in English"),
    freezeFeatures: z
      .boolean()
      .default(true)
      .describe("Whether the convolutions of a wav2vec 2.0 or a HuBERT stay as they are"),
    labelSmoothing: smoothing.describe("Of a Whisper, the share of probability spread over all tokens"),
    maxSeconds: z.number().positive().optional().describe("The longest sound; default 30, or what the model takes"),
  }),
} as const satisfies Readonly<Record<ObjectiveName, z.ZodObject>>;

const Data = z.strictObject({
  training: z.string().describe("JSON lines, .tsv, .csv, .parquet or .txt: the ending says which"),
  validation: z.string().optional().describe("A file of the same kind; default the last of the examples"),
  validationShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe("How many of the last examples, without a file of them"),
  columns: z.record(z.string(), z.string()).optional().describe('Other names of the fields: {"text": "sentence"}'),
  maxTokens: positive.optional().describe("The most tokens of a text; default 512, or what the model takes"),
});

const KINDS = ["matrix", "embedding", "norm", "bias", "scale"] as const;

const Training = Optimization.extend({
  labelSmoothing: z.literal(0).default(0).describe("Of an objective that has one, among its own fields"),
  batchSize: positive.default(16).describe("Examples in a batch"),
  accumulate: positive.default(1).describe("Batches of an update, as one that many times larger"),
  beta2: rate.optional().describe("Default 0.999, of lion 0.99; adafactor has none"),
  eps: z.number().positive().optional().describe("Default 1e-8; lion and adafactor have none"),
  freezeKinds: z.array(z.enum(KINDS)).optional().describe("Parameters that are not trained, by kind"),
  freezeLayers: positive.optional().describe("The number of first layers that are not trained, and the embeddings"),
  layerDecay: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe("The rate of a layer as a share of that of what is above it, down to the embeddings; default 1"),
  rates: z
    .record(z.string(), z.number().positive())
    .optional()
    .describe(
      'Shares of the rate by a regular expression of names: {"^classifier": 10}; the first that matches counts',
    ),
}).transform(withOwnFields({ beta1: 0.9, beta2: 0.999, eps: 1e-8 }));

const Teacher = z.strictObject({
  model: z
    .string()
    .describe("A larger model with the same tokens and labels: a folder, an id on the hub or an https address"),
  temperature: z.number().positive().default(2).describe("The higher, the more of the teacher's doubts count"),
  share: z.number().gt(0).max(1).default(0.5).describe("The teacher's share of the loss; the labels have the rest"),
});

const Validation = z.strictObject({
  everySteps: positive.default(100),
  metric: z.string().optional().describe("The figure that decides which parameters are best; default loss"),
  patience: positive.optional().describe("Stops after so many validations that were no better than the best"),
});

/** The recipe of an objective with what it asks besides. */
function recipeOf(name: ObjectiveName): z.ZodType<ObjectiveRecipe> {
  const own: z.ZodObject = OWN[name];
  return z
    .strictObject({
      $schema: z.string().optional().describe(`For editors: ${name}.schema.json beside the recipes`),
      task: z.literal(name),
      seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),
      model: z.string().describe("A model folder, an id on the hub or an https address"),
      data: Data,
      objective: own.prefault({}),
      adapter: AdapterRecipe.optional().describe("Low-rank updates (LoRA) in place of the model's own weights"),
      teacher: Teacher.optional().describe("Whom the model learns from, beside the labels: knowledge distillation"),
      training: Training,
      validation: Validation.prefault({}),
      checkpoints: Checkpoints.prefault({}),
    })
    .superRefine(({ adapter, training }, context) => {
      if (!training.recompute || (adapter?.dropout ?? 0) === 0) return;
      const message = "expected none beside training.recompute: what it drops cannot be drawn again";
      context.addIssue({ code: "custom", path: ["adapter", "dropout"], message });
    });
}

/** What `qkv train NAME --config FILE` reads, by name. Paths are relative to the data folder (`--data` or QKV_DATA). */
export const OBJECTIVE_RECIPES = {
  "text-classification": recipeOf("text-classification"),
  "token-classification": recipeOf("token-classification"),
  "sentence-embeddings": recipeOf("sentence-embeddings"),
  "masked-language-model": recipeOf("masked-language-model"),
  "language-model": recipeOf("language-model"),
  instructions: recipeOf("instructions"),
  preference: recipeOf("preference"),
  seq2seq: recipeOf("seq2seq"),
  "span-corruption": recipeOf("span-corruption"),
  "speech-recognition": recipeOf("speech-recognition"),
} as const satisfies Readonly<Record<ObjectiveName, z.ZodType<ObjectiveRecipe>>>;

/** A checked recipe of an objective, whichever it is. */
export interface ObjectiveRecipe {
  readonly task: ObjectiveName;
  readonly seed: number;
  readonly model: string;
  readonly data: z.infer<typeof Data>;
  readonly objective: Readonly<Record<string, unknown>>;
  readonly adapter?: z.infer<typeof AdapterRecipe> | undefined;
  readonly teacher?: z.infer<typeof Teacher> | undefined;
  readonly training: z.infer<typeof Training>;
  readonly validation: z.infer<typeof Validation>;
  readonly checkpoints: z.infer<typeof Checkpoints>;
}
