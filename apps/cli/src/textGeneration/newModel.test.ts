import { initBackend } from "@qkv/backend";
import { beforeAll, expect, test } from "vitest";
import { parseRecipe } from "../training/recipe.ts";
import { newModel } from "./newModel.ts";
import { TextTrainingConfig } from "./trainingConfig.ts";
import { characterTokenizer } from "./vocabulary.ts";

beforeAll(() => initBackend("cpu"));

test("a recipe chooses how large the matrices that write into the residual stream start", async () => {
  const deviations = [];
  for (const residualInit of [undefined, "full", "scaled"]) {
    const model = newModel(
      characterTokenizer("abcdefgh"),
      parseRecipe(TextTrainingConfig, JSON.stringify(recipe(residualInit)), "recipe.json"),
    );
    const values = await model.params.named("matrix").get("layers.1.ffn.fc2.weight")?.data<"float32">();
    const mean = values?.reduce((sum, x) => sum + x ** 2 / values.length, 0) ?? NaN;
    deviations.push(Math.sqrt(mean));
    model.dispose();
  }
  const [byDefault = NaN, full = NaN, scaled = NaN] = deviations;
  expect(byDefault).toBe(full);
  expect(full).toBeCloseTo(0.02, 3);
  expect(scaled).toBeCloseTo(0.02 / Math.sqrt(2 * 2), 3);
  expect(() => parseRecipe(TextTrainingConfig, JSON.stringify(recipe("tiny")), "recipe.json")).toThrow("residualInit");
});

const recipe = (residualInit: string | undefined) => ({
  task: "text-generation",
  data: { text: "text.txt" },
  tokenizer: { kind: "characters" },
  model: { dModel: 32, numLayers: 2, numHeads: 2, maxPositions: 8, residualInit },
  training: { steps: 1, batchSize: 1, learningRate: 0.1 },
});
