import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { ImageTrainingConfig } from "../imageClassification/trainingConfig.ts";
import { OBJECTIVE_RECIPES } from "../objectives/objectiveRecipes.ts";
import { TextTrainingConfig } from "../textGeneration/trainingConfig.ts";
import { TranslationTrainingConfig } from "../translation/config/trainingConfig.ts";
import { parseRecipe, recipeSchema } from "./recipe.ts";

const recipes = fileURLToPath(new URL("../../../../recipes/", import.meta.url));
const KINDS = {
  translation: TranslationTrainingConfig,
  "image-classification": ImageTrainingConfig,
  "text-generation": TextTrainingConfig,
  ...OBJECTIVE_RECIPES,
};

describe("recipes", () => {
  test.each(readdirSync(recipes).filter((name) => /(?<!\.schema)\.json$/.test(name)))(
    "%s is a training config of the task it names",
    (name) => {
      const text = readFileSync(recipes + name, "utf8");
      const { task } = JSON.parse(text) as { task: keyof typeof KINDS };
      expect(parseRecipe<{ task: string }>(KINDS[task] as z.ZodType<{ task: string }>, text, name).task).toBe(task);
    },
  );

  test.each(Object.entries(KINDS))(
    "the schema of %s for editors is the one that is checked (vitest -u writes it)",
    async (task, kind) => {
      const schema = `${JSON.stringify(recipeSchema(kind), null, 2)}\n`;
      await expect(schema).toMatchFileSnapshot(`${recipes}${task}.schema.json`);
    },
  );
});
