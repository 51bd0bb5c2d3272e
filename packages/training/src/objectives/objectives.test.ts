import { initBackend } from "@qkv/backend";
import { RandomStream } from "@qkv/nn";
import { expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { contrastiveLoss } from "./contrastiveLoss.ts";
import { corruptSpans, spanCorruptionLengths } from "./corruptSpans.ts";
import { ctcLoss } from "./ctcLoss.ts";
import { distillationLoss } from "./distillationLoss.ts";
import { dpoLoss, sequenceLogProbs } from "./dpoLoss.ts";
import { maskTokens } from "./maskTokens.ts";
import { documentMask, packDocuments } from "./packDocuments.ts";
import { softCrossEntropy } from "./softCrossEntropy.ts";

beforeAll(() => initBackend("cpu"));

const SPECIALS = [0, 1, 2];
const MASKING = { maskId: 2, vocabSize: 50, specialIds: SPECIALS };
const text = Array.from({ length: 20_000 }, (_, i) => (i % 20 === 0 ? 1 : 3 + (i % 47)));

test("masking chooses 15 % of the tokens that are not special, and 80, 10 and 10 % of them become what BERT says", () => {
  const { ids, labels } = maskTokens(text, { ...MASKING, random: new RandomStream(1) });
  const chosen = text.flatMap((id, i) =>
    labels[i] === -100 ? [] : [{ was: id, is: ids[i] as number, label: labels[i] }],
  );
  const ordinary = text.filter((id) => !SPECIALS.includes(id)).length;
  const share = (of: number, all: number) => of / all;
  expect(share(chosen.length, ordinary)).toBeCloseTo(0.15, 2);
  const masked = chosen.filter(({ is }) => is === 2).length;
  const replaced = chosen.filter(({ is, was }) => is !== 2 && is !== was);
  expect(share(masked, chosen.length)).toBeCloseTo(0.8, 1);
  expect(share(replaced.length, chosen.length)).toBeCloseTo(0.1, 1);
  expect(chosen.every(({ was, label }) => was === label && !SPECIALS.includes(was))).toBe(true);
  expect(replaced.some(({ is }) => SPECIALS.includes(is))).toBe(false);
  expect(text.every((id, i) => labels[i] !== -100 || ids[i] === id)).toBe(true);
  expect(maskTokens(text, { ...MASKING, random: new RandomStream(1) })).toEqual({ ids, labels });
  expect(maskTokens(text, { ...MASKING, random: new RandomStream(2) }).labels).not.toEqual(labels);
});

test("whole words are chosen or left as one", () => {
  const words = text.map((id, i) => (id === 1 ? null : Math.floor(i / 4)));
  const { labels } = maskTokens(text, { ...MASKING, rate: 0.3, words, random: new RandomStream(3) });
  const isChosen = new Map<number, boolean>();
  for (const [i, word] of words.entries()) {
    if (word === null) expect(labels[i]).toBe(-100);
    else expect(isChosen.get(word) ?? labels[i] !== -100).toBe(labels[i] !== -100);
    if (word !== null) isChosen.set(word, labels[i] !== -100);
  }
  expect([...isChosen.values()].filter(Boolean).length / isChosen.size).toBeCloseTo(0.3, 1);
});

test("packing joins documents with end tokens and cuts them to one length", () => {
  const documents = [[5, 6, 7], [], [8, 9, 10, 11]];
  const rows = [...packDocuments(documents, { length: 4, endId: 1 })].map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, values]) => [name, [...(values as Int32Array)]])),
  );
  expect(rows).toEqual([
    { ids: [5, 6, 7, 1], labels: [6, 7, 1, 1], documents: [0, 0, 0, 0], positions: [0, 1, 2, 3] },
    { ids: [1, 8, 9, 10], labels: [8, 9, 10, 11], documents: [0, 1, 1, 1], positions: [0, 0, 1, 2] },
  ]);
  const [first, second] = packDocuments(documents, { length: 4, endId: 1, separate: true });
  expect([[...(first?.labels ?? [])], [...(second?.labels ?? [])]]).toEqual([
    [6, 7, 1, -100],
    [-100, 9, 10, 11],
  ]);
});

test("the mask of documents hides those before and what comes later", async () => {
  const mask = documentMask([[0, 0, 1]]);
  expect(mask.shape).toEqual([1, 1, 3, 3]);
  expect([...(await mask.data())]).toEqual([1, 0, 0, 1, 1, 0, 0, 0, 1]);
  mask.dispose();
});

// By `compute_input_and_target_lengths` of transformers' run_t5_mlm_flax.py.
test.each([
  [512, 0.15, 3, 568, 114],
  [256, 0.15, 3, 284, 58],
  [114, 0.15, 3, 126, 26],
  [64, 0.5, 2, 84, 64],
  [100, 0.5, 3, 148, 100],
  [1024, 0.25, 5, 1279, 385],
  [512, 0.15, 8, 588, 100],
  [60, 0.5, 2, 78, 60],
])(
  "%d inputs at density %f, spans of %d, are of %d tokens, with %d targets",
  (length, density, meanSpanLength, ...of) => {
    const [tokensLength, targetsLength] = of;
    expect(spanCorruptionLengths(length, { density, meanSpanLength })).toEqual({ tokensLength, targetsLength });
    const ids = Array.from({ length: tokensLength as number }, (_, i) => i + 2);
    const sentinelIds = Array.from({ length: 300 }, (_, i) => 10_000 - i);
    const options = { density, meanSpanLength, sentinelIds, endId: 1 };
    const { inputs, targets } = corruptSpans(ids, { ...options, random: new RandomStream(5) });
    expect(inputs.length).toBeLessThanOrEqual(length);
    expect(inputs.length).toBeGreaterThanOrEqual(length - 1);
    expect(targets.length).toBe(targetsLength);
    expect(restored(inputs, targets)).toEqual(ids);
    expect(corruptSpans(ids, { ...options, random: new RandomStream(6) }).inputs).not.toEqual(inputs);
  },
);

/** The text that inputs and targets are made of: each sentinel's tokens in its place. */
function restored(inputs: Int32Array, targets: Int32Array): number[] {
  const spans = new Map<number, number[]>();
  let span: number[] = [];
  for (const id of targets.slice(0, -1)) {
    if (id > 5000) spans.set(id, (span = []));
    else span.push(id);
  }
  const sentinels = [...inputs].filter((id) => id > 5000);
  expect(sentinels).toEqual(sentinels.map((_, i) => 10_000 - i));
  expect([...spans.keys()]).toEqual(sentinels);
  expect([inputs.at(-1), targets.at(-1)]).toEqual([1, 1]);
  return [...inputs.slice(0, -1)].flatMap((id) => spans.get(id) ?? [id]);
}

test("distillation counts the rows of its mask alone", async () => {
  const [student, teacher] = [
    tf.tensor2d([
      [1, 2],
      [3, 9],
    ]),
    tf.tensor2d([
      [0, 1.5],
      [8, -7],
    ]),
  ];
  const [mask, none] = [tf.tensor1d([1, 0], "bool"), tf.tensor1d([0, 0], "bool")];
  const [first, second] = [student, teacher].map((x) => tf.slice(x, 0, 1)) as [tf.Tensor2D, tf.Tensor2D];
  const losses = [distillationLoss(student, teacher, { mask }), distillationLoss(first, second)] as const;
  await expectClose(losses[0], losses[1]);
  const nothing = distillationLoss(student, teacher, { mask: none });
  expect((await nothing.data())[0]).toBe(0);
  tf.dispose([student, teacher, mask, none, first, second, ...losses, nothing]);
});

test("what is wrong with an argument is said", () => {
  const before = tf.memory().numTensors;
  const random = new RandomStream(1);
  const masks = (options: object) => () => maskTokens([3, 60], { ...MASKING, random, ...options });
  expect(masks({})).toThrow("maskTokens: expected ids in [0, 50), got number 60 at 1");
  expect(masks({ rate: 1.5 })).toThrow("maskTokens: expected rate to be a number between 0 and 1, got number 1.5");
  expect(masks({ words: [1] })).toThrow("maskTokens: expected words of 2 tokens, got 1");
  expect(masks({ specialIds: [0, 1], vocabSize: 2 })).toThrow("expected a vocabSize above the 2 special ids");
  const spans =
    (ids: number[], options: object = {}) =>
    () =>
      corruptSpans(ids, { random, sentinelIds: [], endId: 1, ...options });
  expect(spans([1])).toThrow("corruptSpans: expected at least 2 tokens, got 1");
  expect(spans([1, 2, 3])).toThrow("corruptSpans: expected 1 sentinelIds for 3 tokens, got 0");
  expect(spans([1, 2], { meanSpanLength: 0 })).toThrow("meanSpanLength to be a number from 1, got number 0");
  expect(() => spanCorruptionLengths(2)).toThrow("inputsLength to be an integer from 3, got number 2");
  expect(() => [...packDocuments([], { length: 0, endId: 1 })]).toThrow(
    "length to be a positive integer, got number 0",
  );
  expect(() => documentMask([[0, 0], [0]])).toThrow("documentMask: expected rows of 2 tokens, got 1 at 1");
  tf.tidy(() => {
    const [two, three] = [tf.zeros([2, 3]), tf.zeros([3, 3])];
    const logits = tf.zeros([2, 4, 5]);
    const ctc =
      (labels: unknown, options: object = {}) =>
      () =>
        ctcLoss(logits, labels as number[][], options);
    expect(ctc([[1]])).toThrow("ctcLoss: expected labels of 2 rows, got 1");
    expect(ctc([[1], [0]])).toThrow("labels[1][0] to be a class in [0, 5) but the blank 0, got number 0");
    expect(ctc([[1], [5]])).toThrow("labels[1][0] to be a class in [0, 5) but the blank 0, got number 5");
    expect(ctc([[1], [2]], { lengths: [4, 5] })).toThrow("lengths[1] to be an integer to 4, got number 5");
    expect(ctc([[1], [2]], { blank: 5 })).toThrow("blank to be a class in [0, 5), got number 5");
    expect(ctc([[1], [2]], { inputLengths: [4, 4] })).toThrow("ctcLoss: expected lengths, blank, zeroInfinity");
    expect(() => softCrossEntropy(two, three)).toThrow("softCrossEntropy: expected targets [2,3], got [3,3]");
    expect(() => distillationLoss(two, three)).toThrow("distillationLoss: expected teacher [2,3], got [3,3]");
    expect(() => distillationLoss(two, two, { temperature: 0 })).toThrow("temperature to be a number above 0");
    expect(() => contrastiveLoss(two, three)).toThrow("contrastiveLoss: expected positives [2,3], got [3,3]");
    expect(() => contrastiveLoss(two, two, { negatives: logits })).toThrow("negatives to be float32 [N, E]");
    const [short, long] = [tf.zeros([2]), tf.zeros([3])];
    const pair = { chosen: short, rejected: short };
    expect(() => dpoLoss(pair, { ...pair, rejected: long })).toThrow("expected reference.rejected [2], got [3]");
    expect(() => dpoLoss(pair, pair, { labelSmoothing: 0.5 })).toThrow("labelSmoothing to be a number from 0 to below");
    expect(() => dpoLoss(pair, undefined as never)).toThrow("dpoLoss: expected reference to be an object, got nothing");
    expect(() => sequenceLogProbs(logits, tf.zeros([2, 3], "int32"))).toThrow("expected labels [2, 4], got [2,3]");
  });
  expect(tf.memory().numTensors).toBe(before);
});
