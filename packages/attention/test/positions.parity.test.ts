import {
  alibiBias,
  relativePositionBucket,
  RelativePositionBias,
  type RotaryConfig,
  rotaryFrequencies,
  RotaryPositions,
} from "@qkv/attention";
import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/attention.safetensors", import.meta.url));

describeBackends("positions equal transformers'", () => {
  test.each<[string, RotaryConfig["scaling"]]>([
    ["default", undefined],
    ["linear", { type: "linear", factor: 3 }],
    ["dynamic", { type: "dynamic", factor: 2.5, originalLength: 6 }],
    ["yarn", { type: "yarn", factor: 4, originalLength: 64 }],
    ["llama3", { type: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalLength: 64 }],
  ])("rotary, %s", async (name, scaling) => {
    const config: RotaryConfig = { dim: 8, base: 500, ...(scaling && { scaling }) };
    const { frequencies } = rotaryFrequencies(config, 8);
    await expectClose(Float32Array.from(frequencies), torch.array(`rotary.${name}.frequencies`));
    const x = torch.tensor<tf.Rank.R4>("rotary.x");
    const rotated = new RotaryPositions(config).rotate(x, 3);
    await expectClose(rotated, torch.array(`rotary.${name}.rotated`));
    tf.dispose([x, rotated]);
  });

  test("rotary, interleaved as GPT-J has it", async () => {
    const x = torch.tensor<tf.Rank.R4>("rotary.x");
    const rotated = new RotaryPositions({ dim: 8, base: 500, layout: "interleaved" }).rotate(x, 3);
    await expectClose(rotated, torch.array("rotary.interleaved"));
    tf.dispose([x, rotated]);
  });

  test.each<[string, Partial<RotaryConfig>, number]>([
    ["halves", {}, 0],
    ["pairs", { layout: "interleaved" }, 2],
    ["scaled angles", { scaling: { type: "yarn", factor: 4, originalLength: 64 } }, 0],
  ])("the gradient of rotary, %s", async (_, config, rest) => {
    const rotary = new RotaryPositions({ dim: 4, base: 10, ...config });
    const x = tf.tensor4d(
      Float32Array.from({ length: 2 * 2 * (4 + rest) }, (_, i) => Math.sin(3 * i)),
      [1, 2, 2, 4 + rest],
    );
    await checkGradients((a) => rotary.rotate(a as tf.Tensor4D, 1), [x]);
    x.dispose();
  });

  // Bloom adds slope * position of the key: the same up to a number for each query.
  test.each([4, 6])("ALiBi of %d heads", async (heads) => {
    const [ours, theirs] = tf.tidy(() => {
      const bias = alibiBias(heads, 7);
      const bloom = torch.tensor<tf.Rank.R4>(`alibi.h${heads}`);
      const last = tf.slice(bloom, [0, 0, 0, 6], [1, heads, 1, 1]);
      return [bias, tf.sub(bloom, last)];
    });
    await expectClose(ours as tf.Tensor, theirs as tf.Tensor);
    tf.dispose([ours, theirs] as tf.Tensor[]);
  });

  test.each([
    ["both", true],
    ["past", false],
  ] as const)("T5's buckets, %s directions", (name, bidirectional) => {
    const buckets = Array.from({ length: 600 }, (_, i) => relativePositionBucket(i - 300, { bidirectional }));
    expect(buckets).toEqual(torch.ids(`t5.${name}`)[0]);
  });

  // What `_relative_position_bucket(distance, num_buckets=7, max_distance=9)` gives.
  test("T5's buckets, an odd number of them", () => {
    const buckets = { numBuckets: 7, maxDistance: 9, bidirectional: true };
    const found = Array.from({ length: 19 }, (_, i) => relativePositionBucket(i - 9, buckets));
    expect(found).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 1, 0, 4, 4, 5, 5, 5, 5, 5, 5, 5]);
  });

  // The same with bidirectional=False, num_buckets=32, max_distance=20: closer steps than distances.
  test("T5's buckets, more of them than distances", () => {
    const buckets = { numBuckets: 32, maxDistance: 20, bidirectional: false };
    const found = Array.from({ length: 11 }, (_, i) => relativePositionBucket(i - 24, buckets));
    expect(found).toEqual([31, 31, 31, 31, 31, 28, 24, 20, 16, 15, 14]);
  });

  test("T5's bias, the last query at the last key", async () => {
    const params = Params.from(() => torch.tensor("t5.weight"));
    const bias = new RelativePositionBias(params, 3, { bidirectional: false }).forward(5, 7);
    await expectClose(bias, torch.array("t5.bias"));
    bias.dispose();
    params.dispose();
  });
});
