import { expect, test } from "vitest";
import { labelsOf } from "./tokenLabels.ts";

const TOKENS = ["Ġthe", "Ċ", "▁dog", "ã", "</s>", "a b"];
const TEXTS = [" the", "\n", "dog", "\ufffd", "", "a\tb"];
const tokenizer = {
  idToToken: (id: number) => TOKENS[id],
  decode: (ids: Iterable<number>) => Array.from(ids, (id) => TEXTS[id]).join(""),
};

test("spaces and breaks are seen, and what is no text is called as the tokenizer calls it", () => {
  expect(labelsOf(tokenizer, [0, 1, 2, 3, 4, 5, 77])).toEqual(["␣the", "⏎", "␣dog", "ã", "</s>", "a⇥b", "77"]);
});
