import { z } from "zod";
import { positive, rate } from "../training/recipe.ts";

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
  modulesToSave: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Ends of names of modules that are trained and saved whole, such as a new vocabulary's embeddings"),
});
