import { attentionWeights, scaledDotProductAttention } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const [queries, keys, values] = [4, 6, 6].map((length) => tf.randomNormal<tf.Rank.R4>([1, 2, length, 8]));
if (!queries || !keys || !values) throw new Error("three tensors were made");

const pooled = scaledDotProductAttention(queries, keys, values, { causal: true }); // [B, H, Q, D]
const weights = attentionWeights(queries, keys, { causal: true }); // [B, H, Q, K]
console.log(pooled.shape, weights.shape);
tf.dispose([queries, keys, values, pooled, weights]);
