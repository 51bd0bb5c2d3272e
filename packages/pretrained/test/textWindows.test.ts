import { readFileSync } from "node:fs";
import { Tokenizer, type TokenizerConfig } from "@qkv/tokenizers";
import { expect, test } from "vitest";
import { textWindows } from "../src/tasks/text/textWindows.ts";

const file = new URL("golden/tasks/tokenizer.json", import.meta.url);
const tokenizer = Tokenizer.fromJSON(JSON.parse(readFileSync(file, "utf8")) as TokenizerConfig);
const TEXT = "Ada Lovelace wrote programs in London, long before there was an engine. ".repeat(9);

test.each([5, 12, 24, 1000])("each token has its place in a window of %d, with most around it", (maxTokens) => {
  const { whole, windows, places } = textWindows(tokenizer, TEXT, maxTokens);
  expect(Math.max(...windows.map(({ length }) => length))).toBeLessThanOrEqual(maxTokens);
  for (const [i, id] of whole.ids.entries()) {
    if (whole.specialTokensMask[i] === 1) continue;
    const { window, position } = places[i] ?? { window: -1, position: -1 };
    expect(windows[window]?.ids[position]).toBe(id);
    expect(windows[window]?.offsets[position]).toEqual(whole.offsets[i]);
    const insides = windows.map(({ offsets, specialTokensMask }) => {
      const own = offsets.filter((_, at) => specialTokensMask[at] === 0).map(String);
      const at = own.indexOf(String(whole.offsets[i]));
      return at < 0 ? -1 : Math.min(at, own.length - 1 - at);
    });
    expect(insides[window]).toBe(Math.max(...insides));
  }
});
