import { describe, expect, test } from "vitest";
import { type AttentionRecord, hasRollout, kindsOf } from "./attentionRecord.ts";
import { attentionRollout } from "./attentionRollout.ts";
import { averageHeads } from "./averageHeads.ts";
import { filterWeights } from "./filterWeights.ts";
import { selectMatrix } from "./selectMatrix.ts";

const RECORD: AttentionRecord = {
  source: ["a", "b"],
  target: ["x"],
  read: ["<s>"],
  encoder: { shape: [2, 1, 2, 2], weights: [0.5, 0.5, 0, 1, 1, 0, 0.2, 0.8] },
  decoder: { shape: [1, 1, 1, 1], weights: [1] },
  cross: { shape: [1, 2, 1, 2], weights: [0.9, 0.1, 0.3, 0.7], scores: [2, -1, 0, 1], masked: [2, -Infinity, 0, 1] },
};

describe("selectMatrix", () => {
  test("gives one head, or the mean of some, with the tokens of its kind", () => {
    const head = selectMatrix(RECORD, { kind: "cross", layer: 0, head: 1 });
    expect(head).toEqual({ rows: ["x"], columns: ["a", "b"], values: Float32Array.of(0.3, 0.7) });
    expect([...selectMatrix(RECORD, { kind: "cross", layer: "mean", head: "mean" }).values]).toEqual([
      expect.closeTo(0.6, 6),
      expect.closeTo(0.4, 6),
    ]);
    expect(selectMatrix(RECORD, { kind: "decoder", layer: 0, head: 0 }).columns).toEqual(["<s>"]);
  });

  test("knows scores, masked scores and filters", () => {
    const of = (more: object) => [...selectMatrix(RECORD, { kind: "cross", layer: 0, head: 0, ...more }).values];
    expect(of({ stage: "scores", threshold: 0.5 })).toEqual([2, -1]);
    expect(of({ stage: "masked" })).toEqual([2, -Infinity]);
    expect(of({ threshold: 0.5 })).toEqual([expect.closeTo(0.9, 6), 0]);
  });

  test("rolls cross-attention out through the encoder", () => {
    // encoder: (½I + ½[[1,0],[.2,.8]]) (½I + ½[[.5,.5],[0,1]]) = [[1,0],[.1,.9]] [[.75,.25],[0,1]] = [[.75,.25],[.075,.925]]
    const { values } = selectMatrix(RECORD, { kind: "encoder", layer: "rollout", head: "mean" });
    expect([...values]).toEqual([0.75, 0.25, 0.075, 0.925].map((value) => expect.closeTo(value, 6) as number));
    const cross = selectMatrix(RECORD, { kind: "cross", layer: "rollout", head: "mean" });
    expect([...cross.values]).toEqual(
      [0.6 * 0.75 + 0.4 * 0.075, 0.6 * 0.25 + 0.4 * 0.925].map((value) => expect.closeTo(value, 6) as number),
    );
  });

  test("takes the record of a decoder-only model, of one token too", () => {
    const maps = { shape: [1, 2, 1, 3], weights: [0.2, 0.3, 0.5, 0.6, 0.4, 0] } as const;
    const record: AttentionRecord = { source: [], target: ["c"], read: ["a", "b", "c"], decoder: maps };
    expect(kindsOf(record)).toEqual(["decoder"]);
    expect(hasRollout(record, "decoder")).toBe(false);
    expect(hasRollout(RECORD, "cross")).toBe(true);
    expect(selectMatrix(record, { kind: "decoder", layer: 0, head: 1 })).toEqual({
      ...{ rows: ["c"], columns: ["a", "b", "c"] },
      values: Float32Array.of(0.6, 0.4, 0),
    });
    for (const layer of [0, "rollout"] as const) {
      expect(() => selectMatrix(record, { kind: "cross", layer, head: 0 })).toThrow(
        "selectMatrix: expected a kind of attention that the record has, decoder, got cross",
      );
    }
  });

  test("refuses what is not there", () => {
    expect(() => selectMatrix(RECORD, { kind: "cross", layer: 3, head: 0 })).toThrow("of [1,2,1,2], got 3, 0");
    expect(() => selectMatrix(RECORD, { kind: "encoder", layer: 0, head: 0, stage: "scores" })).toThrow("without them");
    expect(() => selectMatrix({ ...RECORD, source: ["a"] }, { kind: "cross", layer: 0, head: 0 })).toThrow(
      "expected 1 queries and 1 keys of cross, got [1,2,1,2]",
    );
    expect(() => attentionRollout({ shape: [1, 1, 1, 2], values: [1, 1] })).toThrow("got [1,1,1,2]");
    expect(() => averageHeads({ shape: [1, 1, 1, 2], values: [1] })).toThrow("expected 2 values");
  });
});

test("filterWeights keeps the greatest of each row, of equal ones the first", () => {
  const values = [0.1, 0.4, 0.4, 0.1, 0.7, 0.1, 0.1, 0.1];
  expect([...filterWeights(values, 4, { top: 1 })]).toEqual([...Float32Array.of(0, 0.4, 0, 0, 0.7, 0, 0, 0)]);
  expect([...filterWeights(values, 4, { threshold: 0.2 })]).toEqual([...Float32Array.of(0, 0.4, 0.4, 0, 0.7, 0, 0, 0)]);
  expect([...filterWeights(values, 4, { top: 0 })]).toEqual(Array(8).fill(0));
});
