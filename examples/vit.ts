import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { VitClassifier, vitConfig } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const config = vitConfig({
  ...{ imageSize: 32, patchSize: 4, dModel: 48, numLayers: 2, numHeads: 4 },
  labels: ["cat", "dog", "tram"],
});
const model = new VitClassifier(Params.initialized(1), config);
const pixels = tf.randomNormal<tf.Rank.R4>([2, 3, 32, 32]); // [B, C, H, W]
const { logits, attentions } = model.forward(pixels, { attentions: true });
console.log(logits.shape, attentions.length, attentions[0]?.shape);
tf.dispose([pixels, logits, ...attentions]);
model.dispose();
