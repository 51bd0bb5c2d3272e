import { initBackend } from "@qkv/backend";
import { TokenAndPositionEmbedding, TransformerEncoder } from "@qkv/layers";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";

await initBackend("wasm"); // or any backend of TensorFlow.js

// In which of eight places is token 1?
const places = Array.from({ length: 64 }, (_, row) => row % 8);
const rows = places.map((place, row) => places.slice(0, 8).map((i) => (i === place ? 1 : 2 + ((7 * row + 3 * i) % 9))));
const [ids, answers] = [tf.tensor2d(rows), tf.oneHot(places, 8)];

const model = sequential({
  layers: [
    new TokenAndPositionEmbedding({ vocabularySize: 11, sequenceLength: 8, embeddingDim: 32, inputShape: [8] }),
    new TransformerEncoder({ intermediateDim: 64, numHeads: 4 }),
    layers.globalMaxPooling1d({}),
    layers.dense({ units: 8, activation: "softmax" }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.005), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
const { history } = await model.fit(ids, answers, { epochs: 40, verbose: 0 });
console.log(history["acc"]?.at(-1)); // the share of right answers
model.optimizer.dispose();
model.dispose();
tf.dispose([ids, answers]);
