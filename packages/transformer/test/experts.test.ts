// A mixture of experts can be trained: which expert a token has is a constant on the way back.
import { Params } from "@qkv/nn";
import { checkGradients, describeBackends } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";
import { MixtureOfExperts } from "../src/block/mixtureOfExperts.ts";

describeBackends("the gradients of a mixture of experts", () => {
  test.each([
    { isNormalized: true, sharedDim: undefined },
    { isNormalized: false, sharedDim: 3 },
  ])("%j", async (spec) => {
    let seed = 3;
    const params = Params.from((_path, shape) => tf.randomNormal(shape, 0, 0.6, "float32", seed++));
    const ffn = { kind: "experts", dim: 5, activation: "silu" } as const;
    const experts = new MixtureOfExperts(params, { dModel: 4, ffn }, { count: 3, perToken: 2, ...spec });
    const x = tf.randomNormal<tf.Rank.R3>([1, 3, 4], 0, 1, "float32", 9);
    // Small steps: with large ones a token could come to another expert.
    await checkGradients((input) => experts.forward(input), [x], {
      variables: params.named(),
      step: 2 ** -7,
      atol: 1e-2,
      rtol: 1e-2,
    });
    x.dispose();
    params.dispose();
  });
});
