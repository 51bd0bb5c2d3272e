import type { LogitsProcessor } from "@qkv/transformer";
import { expect, test } from "vitest";
import { targetOfTokens } from "../../../test/targetOfTokens.ts";
import { correctCopies } from "./correctCopies.ts";
import { VerbatimCopies } from "./verbatimCopies.ts";

// A vocabulary of letters; a space is ▁.
const TOKENS = ["</s>", "<unk>", "▁", "▁to", ".", "@", "▁A", "▁B", ..."ABabcdeimnot"];
const target = targetOfTokens(TOKENS);
const idsOf = (tokens: string) => tokens.split(" ").map((token) => TOKENS.indexOf(token));

/** A search that takes, token by token, the first that may come next, and the given scores by token. */
function searcher(scores: readonly number[]) {
  const calls: (readonly number[])[] = [];
  const search = async (indices: readonly number[], process: LogitsProcessor) => {
    calls.push(indices);
    return indices.map((_, i) => {
      const ids: number[] = [];
      for (let step = 0; step < 30 && ids.at(-1) !== 0; step++) {
        const allowed = new Float32Array(TOKENS.length).fill(-1);
        process(allowed, ids, i);
        ids.push(allowed.findIndex((score) => score !== -Infinity));
      }
      return [{ ids, score: scores[calls.length - 1] ?? -1 }];
    });
  };
  return { calls, search };
}
const textOf = (ids: readonly number[] = []) => target.decode(ids).trim();

test("begins the translation again with the right address, in those sentences alone", async () => {
  const copies = new VerbatimCopies(target);
  const { calls, search } = searcher([-9]);
  const found = [[{ ids: idsOf("▁to </s>"), score: -1 }], [{ ids: idsOf("▁to ▁ d e @ a . d e </s>"), score: -1 }]];
  const best = await correctCopies(found, ["no one", "ad ade@a.de"], copies, search);
  expect(calls).toEqual([[1]]);
  expect(best[0]).toEqual(found[0]);
  expect(textOf(best[1]?.[0]?.ids)).toBe("to ade@a.de</s>");
});

test("a name is corrected where that costs at most a nat", async () => {
  const copies = new VerbatimCopies(target, { nameBias: 3 });
  const found = [[{ ids: idsOf("▁to ▁A n o </s>"), score: -1 }]];
  for (const [score, text] of [
    [-5.9 / 8, "to Bea</s>"],
    [-6.1 / 8, "to Ano</s>"],
  ] as const) {
    const best = await correctCopies(found, ["see Bea"], copies, searcher([score]).search);
    expect(textOf(best[0]?.[0]?.ids)).toBe(text);
  }
});

test("several wrong copies are corrected one after the other, and no more than three", async () => {
  const copies = new VerbatimCopies(target);
  const { calls, search } = searcher([]);
  const found = [[{ ids: idsOf("▁to ▁ b @ a . d e </s>"), score: -1 }]];
  const never: typeof search = async (indices) => (calls.push(indices), found);
  await correctCopies(found, ["ad ade@a.de"], copies, never);
  expect(calls).toEqual([[0], [0], [0]]);
});
