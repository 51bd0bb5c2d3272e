import { initBackend, memoryReport } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend();
const tensors = () => tf.memory().numTensors;
const before = tensors();

const x = tf.ones([4, 4]);
tf.tidy(() => {
  const sum = tf.sum(tf.mul(x, 2));
  console.log(tensors() - before); // x, the product, the sum
  sum.dispose();
  console.log(tensors() - before); // the product has no name, and stays
});
console.log(tensors() - before); // the tidy let go of it

const clean = tf.tidy(() => tf.sum(tf.mul(x, 2))); // only what is returned is left
console.log(await clean.data()); // outside: a tidy cannot wait
tf.dispose([x, clean]);

const pretrained = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });
const { model } = pretrained;
const weights = [...model.params.weights().values()];
const megabytes = weights.reduce((sum, { parts }) => sum + 4 * parts.data.size, 0) / 1e6;
console.log(`${weights.length} parameters, ${megabytes.toFixed(1)} MB`);

const opened = tensors();
const translator = createTranslator(pretrained); // borrows the model
await translator.translate("I love you.");
console.log(tensors() - opened); // a translation leaves nothing

const ids = tf.tensor2d([[5, 8, 0]], undefined, "int32");
const decoderIds = tf.tensor2d([[2]], undefined, "int32");
const logits = tf.tidy(() => model.forward({ ids, decoderIds }).logits); // lets go of the hidden states
console.log(tensors() - opened);
tf.dispose([ids, decoderIds, logits]);

model.dispose();
console.log(tensors() - before);

const { bytes, reservedBytes = 0 } = memoryReport();
console.log(bytes < reservedBytes); // wasm keeps its heap, for the next model
