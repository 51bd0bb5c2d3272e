// Several heads look for several things at once. Keys and values can be shared by groups of heads, which makes the cache of
// a decoder smaller; the picture shows where each head of an untrained layer looks, with and without sharing.
import { MultiHeadAttention } from "@qkv/attention";
import { Params, Pass, Recorder } from "@qkv/nn";
import { headView, heatMapGrid } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { savePicture, take } from "./tour.ts";

const tokens = "the dog that chased the cat sleeps".split(" ");
const x = tf.randomNormal<tf.Rank.R3>([1, tokens.length, 32], 0, 1, "float32", 2);
const numHeads = 4;
const kinds = { "multi-head": 4, "grouped-query": 2, "multi-query": 1 };

const maps: number[] = [];
for (const [kind, numKeyValueHeads] of Object.entries(kinds)) {
  const params = Params.initialized(3);
  const attention = new MultiHeadAttention(params, { dModel: 32, numHeads, numKeyValueHeads });
  const seen = new Recorder(["probabilities"]);
  const output = attention.forward(x, x, { causal: true }, new Pass({ taps: seen }));
  const cache = attention.project(x);
  console.log(`${kind}: ${cache.keys.size + cache.values.size} numbers remembered for ${tokens.length} tokens`);
  tf.dispose([output, cache.keys, cache.values]);
  const values = await take(tf.clone(seen.get("probabilities")));
  maps.push(...values);
  if (kind === "multi-head") {
    const shape = [numHeads, tokens.length, tokens.length] as const;
    savePicture("05-heads", headView({ shape, values, queries: tokens, keys: tokens, title: `${numHeads} heads` }));
  }
  seen.dispose();
  params.dispose();
}
savePicture(
  "05-sharing",
  heatMapGrid({
    ...{
      shape: [Object.keys(kinds).length, numHeads, tokens.length, tokens.length],
      values: maps,
      queries: tokens,
      keys: tokens,
    },
    names: Object.keys(kinds).flatMap((kind) => Array.from({ length: numHeads }, (_, head) => `${kind}, ${head}`)),
  }),
);
x.dispose();
