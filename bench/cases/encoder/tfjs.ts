import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { StartEngine } from "../../harness/engine.ts";
import { startStockTfjs } from "../../backends/stockTfjs.ts";
import { readWeights } from "../../weights/weightFile.ts";
import { type EncoderSize, EPSILON, inputOf } from "./size.ts";

/** The encoder in plain operations of tfjs, as one writes it without this project. */
export const start: StartEngine<EncoderSize> = async (options) => {
  const version = await startStockTfjs();
  const { dModel, heads, length } = options;
  const state = await readWeights(join(options.folder, "weights.safetensors"));
  const weights = new Map([...state].map(([name, { data, shape }]) => [name, asOperand(data, shape)]));
  const w = (name: string) => weights.get(name) as tf.Tensor;

  const linear = (x: tf.Tensor, name: string) => tf.add(tf.matMul(x, w(`${name}.weight`)), w(`${name}.bias`));
  const norm = (x: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(normal, w(`${name}.weight`)), w(`${name}.bias`));
  };
  const split = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [length, heads, dModel / heads]), [1, 0, 2]);
  const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

  const layer = (x: tf.Tensor, name: string) => {
    const h = norm(x, `${name}.selfAttnNorm`);
    const [q, k, v] = ["qProj", "kProj", "vProj"].map((part) => split(linear(h, `${name}.selfAttn.${part}`))) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const scores = tf.mul(tf.matMul(q, k, false, true), (dModel / heads) ** -0.5);
    const pooled = tf.transpose(tf.matMul(tf.softmax(scores), v), [1, 0, 2]);
    const y = tf.add(x, linear(tf.reshape(pooled, [length, dModel]), `${name}.selfAttn.outProj`));
    const inner = gelu(linear(norm(y, `${name}.ffnNorm`), `${name}.ffn.fc1`));
    return tf.add(y, linear(inner, `${name}.ffn.fc2`));
  };

  const x = tf.tensor2d(inputOf(options), [length, dModel]);
  const run = async () => {
    const y = tf.tidy(() => {
      let h: tf.Tensor = x;
      for (let i = 0; i < options.layers; i++) h = layer(h, `layers.${i}`);
      return h;
    });
    const data = await y.data();
    y.dispose();
    return data;
  };
  return { version, run, result: async () => [...(await run())] };
};

/** Matrices are turned once, so that no product meets a transposed operand: tfjs's wasm is many times slower at those. */
function asOperand(data: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape]);
    return shape.length === 2 ? tf.transpose(tensor) : tensor;
  });
}
