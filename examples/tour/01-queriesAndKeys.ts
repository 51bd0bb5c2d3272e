// A database answers a query with the value of the key that is equal to it. Attention answers every query, with a mean of
// all values, weighted by how well their keys fit. Exact lookup and plain averaging are its two ends.
import { attentionStages, dotScoreWith } from "@qkv/attention";
import { heatMap, terminalHeatMap } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { savePicture, take } from "./tour.ts";

const births = { Ada: 1815, Alan: 1912, Grace: 1906, Kurt: 1906 };
const names = Object.keys(births);

// Each name is a direction of its own, and a query is a name.
const keys = tf.tidy(() => tf.expandDims(tf.eye(names.length), 0)) as tf.Tensor3D; // [1, names, names]
const values = tf.tensor3d(Object.values(births), [1, names.length, 1]);
const temperatures = { average: 0, soft: 2, lookup: 100 };

for (const [kind, scale] of Object.entries(temperatures)) {
  const [weights, answers] = tf.tidy(() => {
    const { probabilities: weights } = attentionStages(keys, keys, { score: dotScoreWith(scale) });
    return [weights, tf.matMul(weights, values)];
  }) as [tf.Tensor, tf.Tensor];
  const years = Array.from(await take(answers), (year) => year.toFixed(1));
  console.log(`${kind}: ${names.map((name, i) => `${name} ${years[i]}`).join(", ")}`);

  const picture = { rows: names, columns: names, values: await take(weights) };
  console.log(terminalHeatMap(picture));
  savePicture(`01-${kind}`, heatMap({ ...picture, title: `scores times ${scale}: ${kind}` }));
}
tf.dispose([keys, values]);
