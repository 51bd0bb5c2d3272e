import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { EncoderLayer } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const params = Params.initialized(1);
const layer = new EncoderLayer(params, {
  ...{ dModel: 32, numHeads: 4, ffnDim: 64, activation: "gelu", normOrder: "pre", layerNormEps: 1e-5 },
  ...{ dropout: 0.1, attentionDropout: 0, activationDropout: 0 },
});
const x = tf.randomNormal<tf.Rank.R3>([2, 7, 32]); // [B, L, E]
const { output } = layer.forward(x);
console.log(output.shape, [...params.named().keys()].slice(0, 2));
tf.dispose([x, output]);
params.dispose();
