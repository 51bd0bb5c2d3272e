// The attention of one token is a row of that of the whole text, with a cache and without.
import { readFileSync } from "node:fs";
import type { KeyValueCache } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { Recorder } from "@qkv/nn";
import { blobFiles, loadPretrained, tokenAttention } from "@qkv/pretrained";
import { expectNoLeaks } from "@qkv/testing";
import { generate, llama, type LlamaModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const IDS = [1, 17, 40, 17, 8, 23, 5];

/** The last rows of a pass over the whole text. */
async function rowsOf(model: LlamaModel, ids: readonly number[]): Promise<{ shape: number[]; weights: number[] }> {
  using seen = new Recorder(["layers.*.selfAttn.probabilities"]);
  tf.tidy(() => void model.forward({ ids: tf.tensor2d([[...ids]], undefined, "int32") }, { taps: seen }));
  const layers = seen.paths.map((path) => seen.get<tf.Tensor4D>(path));
  const heads = layers[0]?.shape[1] ?? 0;
  const weights: number[] = [];
  for (const layer of layers) {
    const values = await layer.data();
    for (let head = 1; head <= heads; head++) {
      const end = head * ids.length * ids.length;
      weights.push(...values.slice(end - ids.length, end));
    }
  }
  return { shape: [layers.length, heads, 1, ids.length], weights };
}

async function expectRowsOf(model: LlamaModel, ids: readonly number[], cache?: KeyValueCache): Promise<void> {
  const expected = await rowsOf(model, ids);
  const { shape, weights } = await tokenAttention({ model, ids, cache });
  expect(shape).toEqual(expected.shape);
  for (const [i, weight] of expected.weights.entries()) expect(weights[i]).toBeCloseTo(weight, 3); // wasm rounds what a few rows are multiplied by
}

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => initBackend(backend));
  const open = async (): Promise<LlamaModel> => {
    const bytes = readFileSync(new URL("golden/gguf/llama.gguf", import.meta.url));
    const { model } = await loadPretrained(blobFiles("m", [new File([bytes], "m.gguf")]), { families: [llama] });
    return model;
  };

  test("without a cache, which leaves nothing", async () => {
    using model = await open();
    await expectNoLeaks(async () => {
      for (const length of [IDS.length, 1, 4]) await expectRowsOf(model, IDS.slice(0, length));
    });
  });

  test("with a cache that generation filled, and that generation goes on with", async () => {
    using model = await open();
    using cache = model.createCache();
    await generate(model, [IDS], { cache, maxNewTokens: 3 });
    for (const ids of [IDS, IDS.slice(0, 5), [9, 17, 3], IDS]) {
      await expectRowsOf(model, ids, cache);
      expect(cache.ids).toEqual([ids]);
    }
    const [alone, on] = [await generate(model, [IDS]), await generate(model, [IDS], { cache })];
    expect(on[0]?.[0]?.ids).toEqual(alone[0]?.[0]?.ids);
  });

  test("refuses what is no text of a decoder-only model", async () => {
    using model = await open();
    await expect(tokenAttention({ model, ids: [] })).rejects.toThrow("tokenAttention: expected at least one token id");
    const wrong = {} as LlamaModel;
    await expect(tokenAttention({ model: wrong, ids: IDS })).rejects.toThrow(
      "expected a decoder-only model, got an object",
    );
  });
});
