import { startWasm } from "@qkv/backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

await startWasm(); // what initBackend("wasm") of @qkv/backend calls
const [a, b] = [tf.ones<tf.Rank.R2>([64, 64]), tf.ones<tf.Rank.R2>([64, 64])];
const product = tf.matMul(a, b, true); // our kernel, transposed operands as fast as plain ones
console.log((await product.data())[0]);
tf.dispose([a, b, product]);
