// Three ways to let every position of a sequence know of the others. A convolution of width k reaches k places a layer, a
// recurrence one place a step, attention all at once; each pays in its own coin. And attention alone does not see order:
// positions have to be added.
import { MultiHeadAttention, sinusoidalPositions } from "@qkv/attention";
import { Params } from "@qkv/nn";
import { heatMap, lineChart } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { savePicture, take } from "./tour.ts";

/** Multiplications of a layer of width d over n places, and the longest way between two of them (section 11.6.2 of D2L). */
const [d, k] = [64, 3];
const layers = {
  convolution: { cost: (n: number) => k * n * d * d, path: (n: number) => n / k, sequential: () => 1 },
  recurrence: { cost: (n: number) => n * d * d, path: (n: number) => n, sequential: (n: number) => n },
  "self-attention": { cost: (n: number) => n * n * d, path: () => 1, sequential: () => 1 },
};
const lengths = [16, 32, 64, 128, 256, 512, 1024];
for (const [name, { cost, path, sequential }] of Object.entries(layers)) {
  console.log(
    `${name}: ${cost(256)} multiplications at 256, a path of ${Math.ceil(path(256))}, ${sequential(256)} steps one after the other`,
  );
}
const over = (of: "cost" | "path") =>
  Object.entries(layers).map(([name, layer]) => ({ name, points: lengths.map((n) => [n, layer[of](n)] as const) }));
savePicture(
  "06-cost",
  lineChart({
    series: over("cost"),
    xName: "length",
    yName: "cost",
    logarithmic: true,
    title: "multiplications of a layer",
  }),
);
savePicture(
  "06-path",
  lineChart({ series: over("path"), xName: "length", yName: "path", logarithmic: true, title: "the longest way" }),
);

// Without positions, a sentence backwards is the same sentence backwards.
const [words, dModel] = [12, 16];
const params = Params.initialized(1);
const attention = new MultiHeadAttention(params, { dModel, numHeads: 2 });
const table = sinusoidalPositions(words, dModel);
const [without, withPositions] = tf.tidy(() => {
  const x = tf.randomNormal<tf.Rank.R3>([1, words, dModel], 0, 1, "float32", 1);
  const positions = tf.tensor3d(table, [1, words, dModel]);
  return [tf.zerosLike(positions), positions].map((added) => {
    const attend = (y: tf.Tensor3D) => attention.forward(tf.add(y, added), tf.add(y, added));
    const backwards = tf.reverse(attend(tf.reverse(x, 1)), 1);
    return tf.max(tf.abs(tf.sub(attend(x), backwards)));
  });
}) as [tf.Tensor, tf.Tensor];
const [order, ordered] = [await take(without), await take(withPositions)];
console.log(`reading backwards changes ${order[0]?.toFixed(4)} without positions, ${ordered[0]?.toFixed(4)} with them`);
params.dispose();

const names = Array.from({ length: words }, (_, i) => String(i));
const features = Array.from({ length: dModel }, (_, i) => (i % 2 === 0 ? `sin ${i / 2}` : `cos ${(i - 1) / 2}`));
const shown = table.map((value) => (value + 1) / 2);
savePicture(
  "06-positions",
  heatMap({ rows: names, columns: features, values: shown, title: "sinusoidal positions, -1 to 1" }),
);
