import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseTrainingConfig, trainingConfigSchema } from "./trainingConfig.ts";

const recipes = fileURLToPath(new URL("../../../../recipes/", import.meta.url));

describe("recipes", () => {
  test.each(readdirSync(recipes).filter((name) => !name.endsWith(".schema.json")))(
    "%s is a training config",
    (name) => {
      expect(parseTrainingConfig(readFileSync(recipes + name, "utf8"), name).task).toBe("translation");
    },
  );

  test("the schema for editors is the one that is checked (vitest -u writes it)", async () => {
    const schema = `${JSON.stringify(trainingConfigSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(`${recipes}translation.schema.json`);
  });
});
