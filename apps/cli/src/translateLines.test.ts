import type { Translation } from "@qkv/pretrained";
import { TokenizerError } from "@qkv/tokenizers";
import { expect, test } from "vitest";
import { translateLines } from "./translateLines.ts";

const { signal } = new AbortController();
const inCapitals = (line: string) => ({ translation: line.toUpperCase() }) as Translation;

/** Translates, and gives up on a batch with a line that begins with "bad". */
function translateBatch(groups: (readonly string[])[], reason: Error) {
  return (lines: readonly string[]) => {
    groups.push(lines);
    return lines.some((line) => line.startsWith("bad"))
      ? Promise.reject(reason)
      : Promise.resolve(lines.map(inCapitals));
  };
}

async function collect(lines: readonly string[], reason: Error, abort = signal) {
  const [groups, found] = [[] as (readonly string[])[], [] as string[]];
  const translating = async () => {
    for await (const { line, translation, error } of translateLines(lines, translateBatch(groups, reason), abort)) {
      found.push(`${line}: ${translation?.translation ?? error?.message}`);
    }
  };
  await translating().catch((error: unknown) => found.push(`thrown: ${(error as Error).message}`));
  return { groups, found };
}

test("translates lines together and gives them in order", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  const { groups, found } = await collect([...lines, "x".repeat(20_000), "y"], new Error());
  expect(found.slice(0, 300)).toEqual(lines.map((line) => `${line}: ${line.toUpperCase()}`));
  expect(groups.map(({ length }) => length)).toEqual([128, 128, 44, 1, 1]); // a long line keeps none waiting
});

test("a line that the tokenizer gives up on loses no other", async () => {
  const { groups, found } = await collect(["a", "bad", "b"], new TokenizerError("too long"));
  expect(found).toEqual(["a: A", "bad: too long", "b: B"]);
  expect(groups).toHaveLength(4);
});

test("any other error ends it, behind the lines before it", async () => {
  expect((await collect(["a", "bad", "b"], new Error("broken"))).found).toEqual(["a: A", "thrown: broken"]);
  const stopped = AbortSignal.abort(new Error("enough"));
  expect((await collect(["a", "bad"], new TokenizerError("x"), stopped)).found).toEqual(["thrown: enough"]);
});
