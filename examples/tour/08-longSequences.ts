// Full attention compares everything with everything: its work grows with the square of the length. A sliding window looks
// at the neighbours alone, and grows with the length. Counted here, not timed: every number that a kernel wrote.
import { attentionStages, scaledDotProductAttention, slidingWindowAttention } from "@qkv/attention";
import { lineChart, type Series } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { preset, savePicture } from "./tour.ts";

const lengths = preset({ full: [128, 256, 512, 1024, 2048, 4096], tiny: [64, 128, 256] });
const ways: Record<string, (q: tf.Tensor4D) => tf.Tensor> = {
  "weights in memory": (q) => tf.matMul(attentionStages(q, q, { causal: true }).droppedProbabilities, q),
  "one door": (q) => scaledDotProductAttention(q, q, q, { causal: true }),
  "sliding window of 32": (q) => slidingWindowAttention(q, q, q, { before: 32, after: 0 }),
};

const series: Series[] = [];
for (const [name, attend] of Object.entries(ways)) {
  const points: [number, number][] = [];
  for (const length of lengths) {
    const q = tf.randomNormal<tf.Rank.R4>([1, 1, length, 16], 0, 1, "float32", 1);
    const { peakBytes } = await tf.profile(() => tf.tidy(() => attend(q)).dispose());
    points.push([length, peakBytes]);
    q.dispose();
  }
  const [[, first] = [0, 1], [, last] = [0, 1]] = points.slice(-2);
  console.log(`${name}: twice the length takes ${(last / first).toFixed(1)} times the memory`);
  series.push({ name, points });
}
savePicture(
  "08-growth",
  lineChart({ series, xName: "length", yName: "bytes", logarithmic: true, title: "memory at its peak" }),
);
