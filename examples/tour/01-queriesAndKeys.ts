// A database answers a query with the value of the key that is equal to it. Attention answers every query, with a mean of
// all values, weighted by how well their keys fit. Exact lookup and plain averaging are its two ends.
import { attentionStages, dotScoreWith } from "@qkv/attention";
import { heatMap, terminalHeatMap } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { savePicture, take } from "./tour.ts";

const names = ["Ada", "Alan", "Grace", "Kurt"];
const births = [1815, 1912, 1906, 1906];

// Each name is a direction of its own, and a query is a name.
const keys = tf.tidy(() => tf.reshape(tf.eye(4), [1, 4, 4])) as tf.Tensor3D;
const values = tf.tensor3d(births, [1, 4, 1]);
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
