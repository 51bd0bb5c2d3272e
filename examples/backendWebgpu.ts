import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

const { name } = await initBackend("webgpu", { onDeviceLost: ({ message }) => console.error(message) });
const x = tf.ones([64, 64]);
const y = tf.softmax(x);
console.log(name, (await y.data())[0]); // data() and not dataSync(): a GPU is never waited for
tf.dispose([x, y]);
