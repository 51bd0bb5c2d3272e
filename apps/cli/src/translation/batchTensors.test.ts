import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { batchTensors } from "./batchTensors.ts";

beforeAll(() => initBackend("cpu"));

const ids = { padTokenId: 2, decoderStartTokenId: 3 };
const pair = (source: number[], target: number[]) => ({
  source: Int32Array.from(source),
  target: Int32Array.from(target),
});

test("the decoder sees the start token and all but the last target token; padding does not count", async () => {
  const tensors = batchTensors([pair([5, 6, 0], [7, 0]), pair([8, 0], [9, 10, 0])], ids);
  expect(await tensors.ids.array()).toEqual([
    [5, 6, 0],
    [8, 0, 2],
  ]);
  expect(await tensors.attentionMask?.array()).toEqual([
    [1, 1, 1],
    [1, 1, 0],
  ]);
  expect(await tensors.decoderIds.array()).toEqual([
    [3, 7, 2],
    [3, 9, 10],
  ]);
  expect(await tensors.labels.array()).toEqual([
    [7, 0, -100],
    [9, 10, 0],
  ]);
  tf.dispose({ ...tensors });
});

test("sources of one length need no mask", () => {
  const tensors = batchTensors([pair([5, 0], [7, 0]), pair([8, 0], [0])], ids);
  expect(tensors.attentionMask).toBeUndefined();
  tf.dispose({ ...tensors });
});
