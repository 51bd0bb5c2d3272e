import { initBackend } from "@qkv/backend";
import { Params, Recorder } from "@qkv/nn";
import { VitClassifier, vitConfig } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const config = vitConfig({
  ...{ imageSize: 32, patchSize: 4, dModel: 48, numLayers: 2, numHeads: 4 },
  labels: ["cat", "dog", "tram"],
});
const model = new VitClassifier(Params.initialized(1), config);
const pixels = tf.randomNormal<tf.Rank.R4>([2, 3, 32, 32]); // [B, C, H, W]
const seen = new Recorder(["backbone.layers.*.selfAttn.probabilities"]);
const { logits } = model.forward(pixels, { taps: seen });
console.log(logits.shape, seen.paths.length, seen.get("backbone.layers.0.selfAttn.probabilities").shape);
tf.dispose([pixels, logits]);
seen.dispose();
model.dispose();
