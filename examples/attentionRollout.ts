import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import {
  classTokenMap,
  attentionRollout,
  gradientRollout,
  readAttentions,
  recordAttentions,
  VitClassifier,
  vitConfig,
} from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const sizes = { imageSize: 32, patchSize: 4, dModel: 48, numLayers: 2, numHeads: 4 };
const model = new VitClassifier(Params.initialized(1), vitConfig({ ...sizes, labels: ["cat", "dog"] }));
const pixels = tf.randomNormal<tf.Rank.R4>([1, 3, 32, 32]);
const attentions = recordAttentions(model, pixels);
const weights = await readAttentions(attentions);
const { rows, columns, values } = classTokenMap(attentionRollout(weights), model.config);
console.log(rows, columns, values.length); // 8 8 64
const forDogs = classTokenMap(await gradientRollout(model, pixels, 1), model.config);
console.log(forDogs.values.length);
tf.dispose([pixels, ...attentions]);
model.dispose();
