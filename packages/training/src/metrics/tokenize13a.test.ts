import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tokenize13a } from "./tokenize13a.ts";
import { withoutTrailingSpace } from "./words.ts";

const file = new URL("../../test/golden/metrics.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
  cases: { name: string; hypotheses: string[]; tokens: string[] }[];
};

test.each(cases)("splits as sacreBLEU does: $name", ({ hypotheses, tokens }) => {
  expect(hypotheses.map((text) => tokenize13a(withoutTrailingSpace(text)).join(" "))).toEqual(tokens);
});
