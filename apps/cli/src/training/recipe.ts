import { readFile } from "node:fs/promises";
import { z } from "zod";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";

export const positive = z.number().int().positive();
export const rate = z.number().min(0).lt(1);

/** How the optimizer goes about it, whatever is trained. */
export const Optimization = z.strictObject({
  steps: positive.describe("Updates in all"),
  optimizer: z
    .enum(["adamW", "muon", "lion", "adafactor"])
    .default("adamW")
    .describe("muon: for a model's inner matrices, adamW for the rest"),
  learningRate: z
    .number()
    .positive()
    .describe("The highest, reached after warm-up; of adafactor in proportion to a parameter's size"),
  warmupSteps: z.number().int().nonnegative().default(0),
  schedule: z
    .enum(["linear", "cosine", "inverseSqrt", "stableThenDecay", "constant"])
    .default("linear")
    .describe("After warm-up"),
  decaySteps: positive.optional().describe("stableThenDecay's last steps, a quarter of all by default"),
  floor: rate
    .optional()
    .describe(
      "What is left of the learning rate at the last step, as a share: default 0; constant and inverseSqrt have none",
    ),
  beta1: rate.optional().describe("Default 0.9; adafactor has none"),
  beta2: rate.optional().describe("Default 0.98, of lion 0.99; adafactor has none"),
  eps: z.number().positive().optional().describe("Default 1e-9; lion and adafactor have none"),
  weightDecay: z.number().nonnegative().default(0).describe("Not on norms, biases and embeddings"),
  labelSmoothing: rate.default(0.1),
  recompute: z
    .boolean()
    .default(false)
    .describe("Computes each layer again on the way back: memory for the activations of one, a third more work"),
  clipNorm: z.number().positive().default(1).describe("Gradients are scaled down to this global norm"),
});
export type Optimization = z.infer<typeof Optimization>;

/** What is kept on the way. */
export const Checkpoints = z.strictObject({
  everySteps: positive.default(500),
  keep: positive.default(3).describe("How many stay, beside that of the best validation"),
  average: positive.default(1).describe("The mean of so many of the last ones is kept if it validates best"),
});

/** What every recipe says, whatever else is in it. */
export interface Recipe {
  readonly task: string;
  readonly seed: number;
  readonly training: Optimization;
  readonly validation: { readonly everySteps: number };
  readonly checkpoints: z.infer<typeof Checkpoints>;
}

/** A checked training config. @throws UsageError with one line that names the field, what was expected and what came */
export async function readRecipe<T>(schema: z.ZodType<T>, file: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file}: expected a training config, got ${unreadable(error)}`);
  }
  return parseRecipe(schema, text, file);
}

/** As {@link readRecipe}, of a file's text. */
export function parseRecipe<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, got ${(error as Error).message}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "config"}: ${issue.message}`);
  throw new UsageError(`${file}: ${problems.join("; ")}`);
}

/** The JSON Schema of a kind of training config, for editors to check and explain a recipe by. */
export function recipeSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: "input" });
}
