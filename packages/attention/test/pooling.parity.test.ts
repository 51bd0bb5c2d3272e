import {
  AdditiveScore,
  attentionPooling,
  BilinearScore,
  boxcarKernel,
  constantKernel,
  cosineScore,
  distanceScore,
  dotScore,
  epanechikovKernel,
  gaussianKernel,
  nadarayaWatson,
  scaledDotScore,
  type Score,
  triangularKernel,
} from "@qkv/attention";
import { Params } from "@qkv/nn";
import { describeBackends, expectClose, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const torch = golden(new URL("golden/attention.safetensors", import.meta.url));
const tensors = (...names: string[]) => names.map((name) => torch.tensor(name)) as tf.Tensor3D[];

describeBackends("attention pooling equals Dive into Deep Learning's", () => {
  test.each([
    ["gaussian", gaussianKernel],
    ["boxcar", boxcarKernel],
    ["constant", constantKernel],
    ["triangular", triangularKernel],
    ["epanechikov", epanechikovKernel],
  ] as const)("nadarayaWatson, %s", async (name, kernel) => {
    const [queries, keys, values] = tensors("pooling.queries", "pooling.keys", "pooling.values") as [
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const { output, weights } = nadarayaWatson(queries, keys, values, { kernel, width: 0.9 });
    await expectClose(weights, torch.array(`pooling.${name}.weights`));
    await expectClose(output, torch.array(`pooling.${name}.output`));
    tf.dispose([queries, keys, values, output, weights]);
  });

  test.each(["dot", "scaledDot", "distance", "cosine", "additive", "bilinear"] as const)("%s score", async (name) => {
    const params = Params.from((path) => torch.tensor(`scores.${name}Weights.${path}`));
    const sizes = { queryDim: 5, keyDim: 13, hiddenDim: 3 };
    const score: Score = {
      dot: () => dotScore,
      scaledDot: () => scaledDotScore,
      distance: () => distanceScore(0.8),
      cosine: () => cosineScore(2),
      additive: () => new AdditiveScore(params, sizes),
      bilinear: () => new BilinearScore(params, sizes),
    }[name]();
    const wide = name === "additive" || name === "bilinear";
    const [queries, keys, values] = tensors(
      "scores.queries",
      wide ? "scores.wide" : "scores.keys",
      "scores.values",
    ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const scores = score.scores(queries, keys);
    await expectClose(scores, torch.array(`scores.${name}`));
    const pooled = attentionPooling(queries, keys, values, { score });
    await expectClose(pooled, torch.array(`scores.pooled.${name}`));
    tf.dispose([queries, keys, values, scores, pooled]);
    params.dispose();
  });
});
