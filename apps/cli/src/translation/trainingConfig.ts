import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UsageError } from "../usageError.ts";

const positive = z.number().int().positive();
const rate = z.number().min(0).lt(1);

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

  training: z.strictObject({
    steps: positive.describe("Updates in all"),
    tokensPerBatch: positive.describe("Rows times the longest side of a batch, at most"),
    learningRate: z.number().positive().describe("The highest, reached after warm-up"),
    warmupSteps: z.number().int().nonnegative().default(0),
    schedule: z
      .enum(["linear", "cosine", "inverseSqrt", "stableThenDecay", "constant"])
      .default("linear")
      .describe("After warm-up"),
    decaySteps: positive.optional().describe("stableThenDecay's last steps, a quarter of all by default"),
    beta1: rate.default(0.9),
    beta2: rate.default(0.98),
    eps: z.number().positive().default(1e-9),
    weightDecay: z.number().nonnegative().default(0).describe("Not on norms, biases and embeddings"),
    labelSmoothing: rate.default(0.1),
    clipNorm: z.number().positive().default(1).describe("Gradients are scaled down to this global norm"),
  }),

  validation: z
    .strictObject({
      everySteps: positive.default(1000),
      pairs: positive.default(500).describe("How many validation pairs to translate for BLEU, and to take the loss of"),
    })
    .prefault({}),

  checkpoints: z.strictObject({ everySteps: positive.default(500), keep: positive.default(3) }).prefault({}),
});

export type TranslationTrainingConfig = z.infer<typeof TranslationTrainingConfig>;

/** A checked training config. @throws UsageError with one line that names the field, what was expected and what came */
export async function readTrainingConfig(file: string): Promise<TranslationTrainingConfig> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file}: expected a training config, got ${(error as NodeJS.ErrnoException).code}`);
  }
  return parseTrainingConfig(text, file);
}

/** As {@link readTrainingConfig}, of a file's text. */
export function parseTrainingConfig(text: string, file: string): TranslationTrainingConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, got ${(error as Error).message}`);
  }
  const result = TranslationTrainingConfig.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "config"}: ${issue.message}`);
  throw new UsageError(`${file}: ${problems.join("; ")}`);
}

/** The JSON Schema of {@link TranslationTrainingConfig}, for editors to check and explain a recipe by. */
export function trainingConfigSchema(): object {
  return z.toJSONSchema(TranslationTrainingConfig, { io: "input" });
}
