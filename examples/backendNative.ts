import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

// Kernels of the processor's own instructions, where @qkv/backend-native has them; else by wasm, with the reason.
const { native, nativeFallbackReason } = await initBackend("wasm", { native: true });
console.log(native ?? nativeFallbackReason);
const [a, b] = [tf.ones<tf.Rank.R2>([64, 64]), tf.ones<tf.Rank.R2>([64, 64])];
const product = tf.matMul(a, b);
console.log((await product.data())[0]);
tf.dispose([a, b, product]);
