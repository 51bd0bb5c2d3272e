import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, expect, test } from "vitest";
import { AdditiveScore } from "../scores/additiveScore.ts";
import { attentionPooling } from "./attentionPooling.ts";
import { attentionStages } from "../scaledDotProduct/stages.ts";
import { BilinearScore } from "../scores/bilinearScore.ts";
import { KernelPooling, nadarayaWatson } from "./kernelPooling.ts";
import { cosineScore, distanceScore, dotScore, dotScoreWith, scaledDotScore, type Score } from "../scores/scores.ts";
import {
  boxcarKernel,
  constantKernel,
  epanechikovKernel,
  gaussianKernel,
  triangularKernel,
} from "./smoothingKernels.ts";

const random = (shape: [number, number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R3>(shape, 0, 1, "float32", seed);
let seed = 0;
beforeEach(() => void (seed = 0)); // the same numbers on each backend
const randomized = () => Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", ++seed));

/** A score of one's own: minus the sum of distances along each feature. */
const manhattan: Score = {
  scores: (queries, keys) => {
    const differences = tf.sub(tf.expandDims(queries, -2), tf.expandDims(keys, -3));
    return tf.neg(tf.sum(tf.abs(differences), -1));
  },
};

describeBackends("attention pooling", () => {
  const sizes = { queryDim: 3, keyDim: 3, hiddenDim: 5 };
  test.each<[string, (params: Params) => Score]>([
    ["dot", () => dotScore],
    ["scaled dot", () => scaledDotScore],
    ["cosine", () => cosineScore(3)],
    ["distance", () => distanceScore(0.7)],
    ["additive", (params) => new AdditiveScore(params, sizes)],
    ["bilinear", (params) => new BilinearScore(params, sizes)],
    ["one's own", () => manhattan],
  ])("by %s is the stages' weights times the values, with gradients", async (_, make) => {
    const params = randomized();
    const options = { score: make(params), causal: true, bias: random([1, 2, 4], 9) };
    const [q, k, v] = [random([2, 2, 3], 1), random([2, 4, 3], 2), random([2, 4, 5], 3)];
    const pooled = attentionPooling(q, k, v, options);
    const expected = tf.tidy(() => tf.matMul(attentionStages(q, k, options).droppedProbabilities, v));
    await expectClose(pooled, expected);
    await checkGradients((a, b, c) => attentionPooling(a, b, c, options), [q, k, v], { variables: params.named() });

    // The same heads, each with an axis of its own.
    const byHead = tf.tidy(() => {
      const [a, b, c] = [q, k, v].map((x) => tf.stack([x, tf.mul(x, 2)], 1) as tf.Tensor4D);
      return tf.unstack(
        attentionPooling(a as tf.Tensor4D, b as tf.Tensor4D, c as tf.Tensor4D, {
          ...options,
          bias: tf.expandDims(options.bias, 1),
        }),
        1,
      );
    });
    await expectClose(byHead[0] as tf.Tensor, pooled);
    tf.dispose([q, k, v, pooled, expected, options.bias, ...byHead]);
    params.dispose();
  });

  test("some queries at once are all at once, with less in memory", async () => {
    const params = randomized();
    const score = new AdditiveScore(params, sizes);
    const [q, k, v] = [random([2, 7, 3], 1), random([2, 5, 3], 2), random([2, 5, 4], 3)];
    const mask = tf.tidy(() => tf.greater(random([2, 7, 5], 4), -1));
    const bias = random([1, 1, 5], 5);
    const options = { score, mask, bias, causal: true };
    const [whole, parts] = [
      attentionPooling(q, k, v, options),
      attentionPooling(q, k, v, { ...options, queriesAtOnce: 3 }),
    ];
    await expectClose(parts, whole);
    const byHead = tf.tidy(() => {
      const [a, b, c] = [q, k, v].map((x) => tf.expandDims(x, 1)) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      return tf.squeeze(attentionPooling(a, b, c, { score, causal: true, queriesAtOnce: 2 }), [1]);
    });
    const causal = attentionPooling(q, k, v, { score, causal: true });
    await expectClose(byHead, causal);
    await checkGradients((a, b, c) => attentionPooling(a, b, c, { score, queriesAtOnce: 4 }), [q, k, v]);
    const peak = async (queriesAtOnce: number) =>
      (await tf.profile(() => attentionPooling(q, k, v, { score, queriesAtOnce }).dispose())).peakBytes;
    expect(await peak(1)).toBeLessThan(await peak(7));
    expect(() => attentionPooling(q, k, v, { score, queriesAtOnce: 0 })).toThrow("integer from 1, got 0");
    tf.dispose([q, k, v, mask, bias, whole, parts, byHead, causal]);
    params.dispose();
  });

  test("a cap or sinks see the scores of distance as they are", async () => {
    const options = { score: distanceScore(0.7), softcap: 1 };
    const [q, k, v] = [random([2, 2, 3], 1), random([2, 4, 3], 2), random([2, 4, 5], 3)];
    const pooled = attentionPooling(q, k, v, options);
    const expected = tf.tidy(() => tf.matMul(attentionStages(q, k, options).droppedProbabilities, v));
    await expectClose(pooled, expected);
    tf.dispose([q, k, v, pooled, expected]);
  });

  test("exactly one weight is a database lookup, all alike are average pooling", async () => {
    const keys = tf.tensor3d([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 3]);
    const values = tf.tensor3d([10, 20, 30], [1, 3, 1]);
    const query = tf.tensor3d([0, 1, 0], [1, 1, 3]);
    const [found, average, constant] = [
      attentionPooling(query, keys, values, { score: dotScoreWith(1000) }),
      attentionPooling(query, keys, values, { score: dotScoreWith(0) }),
      tf.tidy(() => nadarayaWatson(query, keys, values, { kernel: constantKernel }).output),
    ];
    await expectClose(found as tf.Tensor, [[[20]]]);
    await expectClose(average as tf.Tensor, [[[20]]]);
    await expectClose(constant as tf.Tensor, [[[20]]]);
    tf.dispose([keys, values, query, found, average, constant] as tf.Tensor[]);
  });

  test("kernel regression is attention by distance, and its width learns", async () => {
    const [q, k, v] = [random([2, 3, 2], 1), random([2, 5, 2], 2), random([2, 5, 4], 3)];
    const params = Params.from((_name, shape) => tf.fill(shape, Math.log(0.7)));
    const pooling = new KernelPooling(params, { features: 2 });
    const [regression, attention] = [
      pooling.forward(q, k, v),
      attentionPooling(q, k, v, { score: distanceScore(0.7) }),
    ];
    await expectClose(regression.output, attention);
    await checkGradients((a, b, c) => pooling.forward(a, b, c).output, [q, k, v], { variables: params.named() });
    tf.dispose([q, k, v, regression.output, regression.weights, attention]);
    params.dispose();
  });

  test.each([
    ["epanechikov", epanechikovKernel],
    ["triangular", triangularKernel],
  ])("the %s kernel has gradients, and a query that no key is near gets zeros", async (_, kernel) => {
    const [q, k, v] = [
      tf.tensor3d([0.1, 9], [1, 2, 1]),
      tf.tensor3d([0.1, 0.45, 0.7], [1, 3, 1]),
      random([1, 3, 2], 3),
    ];
    const { output, weights } = nadarayaWatson(q, k, v, { kernel });
    expect([...(await output.data()).slice(2)]).toEqual([0, 0]);
    // away from the kink where query and key are equal
    const off = tf.add<tf.Tensor3D>(q, 0.05);
    await checkGradients((a, b, c) => nadarayaWatson(a, b, c, { kernel }).output, [off, k, v], { step: 2 ** -7 });
    tf.dispose([q, k, v, output, weights, off]);
  });

  test("kernels and dot products leave nothing behind but what they give", async () => {
    const x = random([1, 2, 3], 1);
    for (const kernel of [boxcarKernel, constantKernel, epanechikovKernel, gaussianKernel, triangularKernel]) {
      await expectNoLeaks(() => kernel(x).dispose());
    }
    await expectNoLeaks(() => {
      const { queries, keys } = cosineScore().dotProduct?.(x, x) ?? {};
      tf.dispose([queries ?? [], keys ?? []] as tf.TensorContainer);
      distanceScore().dotProduct?.(x, x).bias?.dispose();
    });
    x.dispose();
  });

  test("boxcar is the mean of the near keys", async () => {
    const [q, k] = [tf.tensor3d([0], [1, 1, 1]), tf.tensor3d([-1.9, 0.5, 1.9, 2], [1, 4, 1])];
    const { output, weights } = nadarayaWatson(q, k, k, { kernel: boxcarKernel, width: 2 });
    await expectClose(weights, [[[1 / 3, 1 / 3, 1 / 3, 0]]]);
    tf.dispose([q, k, output, weights]);
  });

  test("refuses what does not fit, and leaks nothing", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const zeros = (...shape: [number, number, number]) => tf.zeros<tf.Rank.R3>(shape);
        const [q, k, v] = [zeros(2, 3, 5), zeros(2, 7, 5), zeros(2, 7, 11)];
        expect(() => attentionPooling(q, zeros(2, 7, 4), v)).toThrow(
          "attentionPooling: expected queries and keys of one width, got queries [2,3,5], keys [2,7,4], values [2,7,11]",
        );
        expect(() => attentionPooling(q, k, zeros(2, 6, 11))).toThrow("as many keys as values");
        expect(() => attentionPooling(q, zeros(1, 7, 5), zeros(1, 7, 5))).toThrow("the same leading axes");
        expect(() => attentionPooling(q, zeros(2, 0, 5), zeros(2, 0, 5))).toThrow("at least one key");
        expect(() => attentionPooling(q, k, tf.zeros([1, 2, 7, 5]) as unknown as tf.Tensor3D)).toThrow("of rank 3");
        expect(() => nadarayaWatson(q, k, v, { width: 0 })).toThrow("expected width above 0, got 0");
        expect(() => nadarayaWatson(q, k, v, { width: NaN })).toThrow(RangeError);
        expect(() => nadarayaWatson(q, k, v, { width: tf.ones([4]) })).toThrow("width of [] or [5], got [4]");
        expect(() => distanceScore(-1)).toThrow("width above 0");
        expect(() => cosineScore(NaN)).toThrow("finite scale");
        expect(() => new KernelPooling(Params.initialized(), { width: -2 })).toThrow("width above 0");
      }),
    ));
});
