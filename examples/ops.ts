import { initBackend } from "@qkv/backend";
import { activeKernel, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

await initBackend();
const [x, weight] = [tf.ones([2, 3]), tf.ones<tf.Rank.R2>([4, 3])];
const y = linear(x, weight, undefined, "gelu"); // [2, 4]
console.log(y.shape.join(), activeKernel("linear")); // fused, where the backend has the kernel
tf.dispose([x, weight, y]);
