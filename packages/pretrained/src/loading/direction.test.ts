import { expect, test } from "vitest";
import { expectLanguage } from "./direction.ts";

test.each([
  ["fr", "fr"],
  ["fra", "fr"],
  ["fr-CA", "fr"],
  ["zh_Hant", "zh-CN"],
  ["de", "roa"], // Romance languages, which no tag tells apart
  ["de", "mul"],
  ["de", "ROMANCE"],
])("%s is not refused by a model of %s", (language, models) => {
  expect(() => expectLanguage("translates to", language, models)).not.toThrow();
});

test.each([
  ["de", "fr"],
  ["xx", "fr"],
  ["fr", "hil"],
])("%s is refused by a model of %s", (language, models) => {
  const message = `expected ${models}, which is what the model translates to, got ${language}`;
  expect(() => expectLanguage("translates to", language, models)).toThrow(message);
});
