import { mkdir, readFile, writeFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { TokenAndPositionEmbedding, TransformerDecoder } from "@qkv/layers";
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  type LayersModel,
  loadLayersModel,
  model as modelOf,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";

await initBackend(); // or tf.setBackend("webgl"), if your page has it

const text = "she sells sea shells by the sea shore, ";
const alphabet = [...new Set(text)];
const length = 12;

/** A window of the text for each letter, and for each letter of it the one that follows. */
const starts = Array.from({ length: 2 * text.length }, (_, start) => start);
const window = (start: number) => [...text.repeat(4)].slice(start, start + length).map((one) => alphabet.indexOf(one));
const ids = tf.tensor2d(starts.map((start) => window(start))); // [B, L]
const next = tf.tidy(() => {
  const letters = tf.tensor2d(
    starts.map((start) => window(start + 1)),
    undefined,
    "int32",
  );
  return tf.oneHot(letters, alphabet.length); // [B, L, V]
});

const sizes = { vocabularySize: alphabet.length, sequenceLength: length, embeddingDim: 32 };
const inputs = input({ shape: [length] });
let x = new TokenAndPositionEmbedding(sizes).apply(inputs);
for (let i = 0; i < 2; i++) x = new TransformerDecoder({ intermediateDim: 64, numHeads: 4 }).apply(x);
const outputs = layers.dense({ units: alphabet.length, activation: "softmax" }).apply(x) as SymbolicTensor;
const model = modelOf({ inputs, outputs });

model.compile({ optimizer: tf.train.adam(0.008), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
const { history } = await model.fit(ids, next, { epochs: 18, batchSize: 26, verbose: 0 });
console.log(history["acc"]?.map((share) => Number(share).toFixed(1)).join(" "));

/** Goes on with a beginning, the likeliest letter each time. */
async function write(model: LayersModel, beginning: string, count: number): Promise<string> {
  let written = beginning;
  for (let i = 0; i < count; i++) {
    const last = [...written].slice(-length);
    const padded = [...last, ...Array<string>(length - last.length).fill(" ")]; // nobody looks at what comes later
    const choice = tf.tidy(() => {
      const row = tf.tensor2d([padded.map((letter) => alphabet.indexOf(letter))]);
      const probabilities = model.predict(row) as tf.Tensor3D; // [1, L, V]
      return tf.argMax(tf.slice(probabilities, [0, last.length - 1, 0], [1, 1, -1]), -1);
    });
    written += alphabet[(await choice.data())[0] ?? 0];
    choice.dispose();
  }
  return written;
}

/** tfjs's own form, in Node without tfjs-node: model.json and weights.bin in a folder. */
function toFolder(folder: string): tf.io.IOHandler {
  return tf.io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData }) => {
    const weights = tf.io.CompositeArrayBuffer.join(weightData);
    const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/model.json`, JSON.stringify({ modelTopology, weightsManifest }));
    await writeFile(`${folder}/weights.bin`, new Uint8Array(weights));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  });
}

async function fromFolder(folder: string): Promise<LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(`${folder}/model.json`, "utf8"));
  const { buffer } = new Uint8Array(await readFile(`${folder}/weights.bin`));
  const weightSpecs = weightsManifest[0].weights;
  return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: buffer }));
}

await model.save(toFolder("runs/shells"));
const opened = await fromFolder("runs/shells");
console.log(await write(opened, "she", 30));

model.optimizer.dispose();
model.dispose();
opened.dispose();
tf.dispose([ids, next]);
