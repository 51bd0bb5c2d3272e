import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { customRule } from "../../test/customRule.ts";
import { wanderer } from "../../test/wanderer.ts";
import type { CausalModel } from "../models/causalModel.ts";
import { generate, generateStream } from "./generate.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { noRepeatNgramProcessor } from "./logitsProcessors.ts";
import type { GenerationOptions } from "./options.ts";

beforeAll(() => initBackend("cpu"));

const model = wanderer();
const sources = [[5, 3], [7], [2, 9, 4]];
const idsOf = async (options: GenerationOptions) =>
  (await expectNoLeaks(() => generate(model, sources, options))).flat().map(({ ids }) => ids);

const SEARCHES: readonly GenerationOptions[] = [
  {},
  { numBeams: 3, numReturnSequences: 2 },
  { sampling: { temperature: 0.7, topK: 4, seed: 5 }, numReturnSequences: 3 },
];

test.each(SEARCHES)("a built-in rule written as one's own gives the same ids: %o", async (search) => {
  const own = await idsOf({ ...search, logitsProcessors: [noRepeatNgramProcessor(1)] });
  expect(own).toEqual(await idsOf({ ...search, noRepeatNgramSize: 1 }));
  expect(own).not.toEqual(await idsOf(search));
});

test.each(SEARCHES)("what is returned counts as what is changed in place: %o", async (search) => {
  const inPlace: LogitsProcessor = (scores, ids, source) => {
    scores.set(customRule(scores, ids, source) as Float32Array);
  };
  const list: LogitsProcessor = (...given) => Array.from(customRule(...given) as Float32Array);
  const expected = await idsOf({ ...search, logitsProcessors: [customRule] });
  expect(await idsOf({ ...search, logitsProcessors: [inPlace] })).toEqual(expected);
  expect(await idsOf({ ...search, logitsProcessors: [list] })).toEqual(expected);
});

test("each is called once a step for each sequence, in order, behind the built-in ones, with its source", async () => {
  const seen: (readonly [string, number, number, boolean])[] = [];
  const watch =
    (name: string): LogitsProcessor =>
    (scores, ids, source) =>
      void seen.push([name, source, ids.length, scores[0] === -Infinity]);
  await idsOf({ suppressTokens: [0], maxNewTokens: 2, logitsProcessors: [watch("a"), watch("b")] });
  const step = (length: number) =>
    sources.flatMap((_, source) => ["a", "b"].map((name) => [name, source, length, true]));
  expect(seen).toEqual([...step(1), ...step(2)]);
});

test("prompts of different lengths keep their places", async () => {
  const { decode } = model;
  const keys = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
  const causal: CausalModel = {
    generation: { eosTokenId: [0] },
    createCache: model.createCache,
    decode: (ids, options) => decode(ids, { keyValues: [{ keys, values: keys }] }, options),
  };
  const prompts = [[5, 3, 2], [7], [2, 9, 4], [8]];
  const seen = new Map<number, readonly number[]>();
  const watch: LogitsProcessor = (_scores, ids, source) => void seen.set(source, seen.get(source) ?? [...ids]);
  await generate(causal, prompts, { maxNewTokens: 2, logitsProcessors: [watch] });
  keys.dispose();
  expect(new Map([...seen].sort())).toEqual(new Map(prompts.entries()));
});

test.each(SEARCHES)("what it does to its ids stays with it: %o", async (search) => {
  const kept: (readonly number[])[] = [];
  const careless: LogitsProcessor = (_scores, ids) => void kept.push((ids as number[]).sort());
  expect(await idsOf({ ...search, logitsProcessors: [careless] })).toEqual(await idsOf(search));
  expect(new Set(kept.map(({ length }) => length)).size).toBeGreaterThan(1);
});

test("a greedy sequence's score is the model's own", async () => {
  const [plain] = (await generate(model, [[5, 3]])).flat();
  const double: LogitsProcessor = (scores) => scores.map((score) => 2 * score);
  expect((await generate(model, [[5, 3]], { logitsProcessors: [double] })).flat()).toEqual([plain]);
});

test("a stream has them too", async () => {
  const only: LogitsProcessor = (scores) => scores.map((_, id) => (id === 6 ? 0 : -Infinity));
  const tokens: number[] = [];
  for await (const id of generateStream(model, [4], { maxNewTokens: 3, logitsProcessors: [only] })) tokens.push(id);
  expect(tokens).toEqual([6, 6, 6]);
});

describe("bad input", () => {
  test.each<[unknown, string]>([
    [customRule, "generate: expected logitsProcessors to be an array of functions, got function"],
    [[customRule, 3], "generate: expected logitsProcessors[1] to be a function, got number 3"],
    [
      [() => new Float32Array(4)],
      "generate: expected logitsProcessors[0] to return 13 scores, or nothing, got 4 scores",
    ],
    [[async () => {}], "generate: expected logitsProcessors[0] to return 13 scores, or nothing, got a promise"],
    [[() => -3], "generate: expected logitsProcessors[0] to return 13 scores, or nothing, got number -3"],
    [[() => ({ length: 13 })], "to return 13 scores, or nothing, got an object"],
    [
      [(scores: Float32Array) => void (scores[5] = NaN)],
      "generate: expected logitsProcessors[0] to give numbers, or -Infinity to forbid, got NaN for token 5",
    ],
    [[(scores: Float32Array) => scores.map(() => Infinity)], "-Infinity to forbid, got Infinity for token 0"],
    [[(scores: Float32Array) => void scores.fill(-Infinity)], "expected a token that may come next, got none"],
  ])("%o", async (logitsProcessors, message) => {
    for (const search of SEARCHES) {
      const options = { ...search, logitsProcessors } as GenerationOptions;
      await expect(expectNoLeaks(() => generate(model, sources, options))).rejects.toThrow(message);
    }
  });

  test("an error of its own comes through, and leaves nothing behind", async () => {
    const broken: LogitsProcessor = (_scores, ids) => {
      if (ids.length === 3) throw new Error("mine");
    };
    for (const search of SEARCHES) {
      const options = { ...search, suppressTokens: [0], logitsProcessors: [broken] };
      await expect(expectNoLeaks(() => generate(model, sources, options))).rejects.toThrow("mine");
    }
  });
});
