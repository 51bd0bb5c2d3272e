import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { Block } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const params = Params.initialized(1);
const layer = new Block(params, {
  dModel: 32,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: 4 },
  ffn: { kind: "mlp", dim: 64, activation: "gelu" },
  dropout: 0.1,
});
const x = tf.randomNormal<tf.Rank.R3>([2, 7, 32]); // [B, L, E]
const output = layer.forward(x);
console.log(output.shape, [...params.named().keys()].slice(0, 2));
tf.dispose([x, output]);
params.dispose();
