import { z } from "zod";
import { withOwnFields } from "../training/ownFields.ts";
import { Checkpoints, Optimization, positive, rate } from "../training/recipe.ts";

/** Low-rank updates beside a model's own weights, as PEFT's `LoraConfig` has them. */
export const AdapterRecipe = z.strictObject({
  rank: positive.default(8),
  alpha: z.number().positive().optional().describe("Updates are scaled by alpha / rank; default twice the rank"),
  targetModules: z
    .union([z.array(z.string()).min(1), z.string()])
    .default("all-linear")
    .describe("Ends of names in Hugging Face's model, such as q_proj; a regular expression; or all-linear"),
  rankStabilized: z.boolean().default(false).describe("alpha / sqrt(rank): rsLoRA"),
  dora: z.boolean().default(false).describe("Learns the length of each row too"),
  dropout: rate.default(0).describe("The share of an update's input that is dropped in training"),
});

/** What `qkv train lora --config FILE` reads. Paths are relative to the data folder (`--data` or QKV_DATA). */
export const LoraTrainingConfig = z.strictObject({
  $schema: z.string().optional().describe("For editors: lora.schema.json beside the recipes"),
  task: z.literal("lora"),
  seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),

  model: z.string().describe("A decoder-only model: a folder, a .gguf file, an id on the hub or an https address"),

  data: z.strictObject({
    examples: z
      .string()
      .describe(
        'JSON lines: {"messages": [{"role", "content"}]}, {"prompt", "completion"} or {"text"}. Answers and completions are learned, of texts everything',
      ),
    validationShare: z.number().gt(0).lt(1).default(0.1).describe("How many of the last examples are for validation"),
    maxTokens: positive.default(512).describe("Longer examples are left out"),
  }),

  adapter: AdapterRecipe.prefault({}),

  training: Optimization.extend({
    labelSmoothing: z.literal(0).default(0),
    batchSize: positive.default(2).describe("Examples in a batch"),
    beta2: rate.optional().describe("Default 0.999, of lion 0.99; adafactor has none"),
    eps: z.number().positive().optional().describe("Default 1e-8; lion and adafactor have none"),
  }).transform(withOwnFields({ beta1: 0.9, beta2: 0.999, eps: 1e-8 })),

  validation: z.strictObject({ everySteps: positive.default(100) }).prefault({}),

  checkpoints: Checkpoints.prefault({}),
});

/** A checked config of fine-tuning. */
export type LoraTrainingConfig = z.infer<typeof LoraTrainingConfig>;
