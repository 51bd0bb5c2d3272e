// How well a query fits a key can be said in many ways, and who may look at whom in many patterns.
import {
  AdditiveScore,
  attentionStages,
  BilinearScore,
  blockMask,
  causalMask,
  cosineScore,
  distanceScore,
  maskedSoftmax,
  scaledDotScore,
  type Score,
  slidingWindowMask,
  validLengthMask,
} from "@qkv/attention";
import { Params } from "@qkv/nn";
import { heatMapGrid } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { savePicture, take } from "./tour.ts";

const LENGTH = 10; // an even number: blocks are two places wide
const params = Params.initialized(1);
const x = tf.randomNormal<tf.Rank.R3>([1, LENGTH, 8], 0, 1, "float32", 1);
const sizes = { queryDim: 8, keyDim: 8, hiddenDim: 16 };

/** A score of one's own: the nearer in place, the better, whatever stands there. */
const nearness: Score = {
  scores: (queries) => {
    const places = tf.range(0, queries.shape[1] ?? 0);
    return tf.expandDims(tf.neg(tf.abs(tf.sub(tf.expandDims(places, 1), places))), 0);
  },
};
const scores: Record<string, Score> = {
  "scaled dot": scaledDotScore,
  cosine: cosineScore(5),
  distance: distanceScore(2),
  additive: new AdditiveScore(params.at("additive"), sizes),
  bilinear: new BilinearScore(params.at("bilinear"), sizes),
  nearness,
};
const weights = tf.tidy(() =>
  tf.concat(Object.values(scores).map((score) => attentionStages(x, x, { score }).probabilities)),
);
console.log(`scores: ${Object.keys(scores).join(", ")}`);
savePicture(
  "03-scores",
  heatMapGrid({
    ...{ shape: [1, weights.shape[0], LENGTH, LENGTH], values: await take(weights), names: Object.keys(scores) },
    title: "the same vectors under six scores",
  }),
);

const checkers = Array.from({ length: LENGTH / 2 }, (_, i) =>
  Array.from({ length: LENGTH / 2 }, (_, j) => j <= i && (j === i || j % 2 === 0)),
);
const masks = {
  "valid length 6": validLengthMask([6], { batch: 1, queries: LENGTH, keys: LENGTH }),
  causal: causalMask(LENGTH, LENGTH),
  "sliding window": slidingWindowMask(LENGTH, LENGTH, { before: 2, after: 1 }),
  blocks: blockMask(checkers, 2),
};
const masked = tf.tidy(() => {
  const all = tf.zeros<tf.Rank.R3>([1, LENGTH, LENGTH]);
  return tf.concat(Object.values(masks).map((mask) => maskedSoftmax(all, mask)));
});
savePicture(
  "03-masks",
  heatMapGrid({
    ...{ shape: [1, masked.shape[0], LENGTH, LENGTH], values: await take(masked) },
    names: Object.keys(masks),
  }),
);
tf.dispose([x, masks]);
params.dispose();
