import { initBackend, memoryReport } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

const { name, refused } = await initBackend(); // webgpu on real hardware, else wasm, else cpu
console.log(name, refused);

const x = tf.ones([2, 3]);
console.log(memoryReport().tensors); // 1
x.dispose();
