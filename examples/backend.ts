import { activeKernel, initBackend, linear } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

const { name, refused } = await initBackend(); // webgpu on real hardware, else wasm, else cpu
console.log(name, refused, activeKernel("linear"));

const [x, weight] = [tf.ones([2, 3]), tf.ones<tf.Rank.R2>([4, 3])];
const y = linear(x, weight, undefined, "gelu"); // [2, 4]
tf.dispose([x, weight, y]);
