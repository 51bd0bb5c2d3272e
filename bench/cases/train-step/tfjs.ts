import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { addSegmentSum, startStockTfjs } from "../../backends/stockTfjs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { readWeights } from "../../weights/weightFile.ts";
import { type Batch, CONFIG, LABEL_SMOOTHING, LEARNING_RATE, type TrainStepWork } from "./work.ts";

const { d_model: width, decoder_attention_heads: heads, encoder_layers: layers, vocab_size: vocabulary } = CONFIG;
const RATE = CONFIG.dropout;
const TABLE = "model.shared.weight";

/** The training step in plain operations of tfjs, as one writes it without this project. */
export const start: StartEngine<TrainStepWork> = async ({ folder }) => {
  const version = await startStockTfjs();
  addSegmentSum();
  const batch = JSON.parse(await readFile(join(folder, "batch.json"), "utf8")) as Batch;
  const { sentences, length } = batch;
  const state = await readWeights(join(folder, "model.safetensors"));
  const weights = new Map<string, tf.Variable>();
  for (const [name, { data, shape }] of state) weights.set(name, operand(name, data, shape));
  const w = (name: string) => weights.get(name) as tf.Variable;

  let rate = RATE;
  const drop = (x: tf.Tensor) => (rate > 0 ? tf.dropout(x, rate) : x);
  const linear = (x: tf.Tensor, name: string): tf.Tensor => {
    const y = tf.add(tf.matMul(tf.reshape(x, [-1, x.shape.at(-1) ?? 0]), w(`${name}.weight`)), w(`${name}.bias`));
    return tf.reshape(y, [...x.shape.slice(0, -1), y.shape.at(-1) ?? 0]);
  };
  const norm = (x: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(normal, w(`${name}.weight`)), w(`${name}.bias`));
  };
  const split = (x: tf.Tensor) => {
    const apart = tf.transpose(tf.reshape(x, [sentences, length, heads, width / heads]), [0, 2, 1, 3]);
    return tf.reshape(apart, [sentences * heads, length, width / heads]);
  };
  const attend = (x: tf.Tensor, memory: tf.Tensor, name: string, mask?: tf.Tensor) => {
    const q = split(linear(x, `${name}.q_proj`));
    const k = split(linear(memory, `${name}.k_proj`));
    const v = split(linear(memory, `${name}.v_proj`));
    const scaled = tf.mul(tf.matMul(q, k, false, true), (width / heads) ** -0.5);
    const pooled = tf.matMul(drop(tf.softmax(mask === undefined ? scaled : tf.add(scaled, mask))), v);
    const merged = tf.transpose(tf.reshape(pooled, [sentences, heads, length, width / heads]), [0, 2, 1, 3]);
    return linear(tf.reshape(merged, [sentences, length, width]), `${name}.out_proj`);
  };
  const feedForward = (x: tf.Tensor, name: string) => linear(drop(tf.relu(linear(x, `${name}.fc1`))), `${name}.fc2`);
  const after = (x: tf.Tensor, y: tf.Tensor, name: string) => norm(tf.add(x, drop(y)), name);

  const positions = tf.tensor2d(sinusoids(length), [length, width]);
  const causal = tf.tensor2d(
    Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)),
    [length, length],
  );
  const embed = (ids: tf.Tensor1D) => {
    const rows = tf.reshape(tf.gather(w(TABLE), ids), [sentences, length, width]);
    return drop(tf.add(tf.mul(rows, Math.sqrt(width)), positions));
  };
  const [source, target, labels] = [batch.source, batch.target, batch.labels].map((ids) =>
    tf.tensor1d([...ids], "int32"),
  ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];

  const loss = (): tf.Scalar => {
    let x: tf.Tensor = embed(source);
    for (let i = 0; i < layers; i++) {
      const name = `model.encoder.layers.${i}`;
      x = after(x, attend(x, x, `${name}.self_attn`), `${name}.self_attn_layer_norm`);
      x = after(x, feedForward(x, name), `${name}.final_layer_norm`);
    }
    let y: tf.Tensor = embed(target);
    for (let i = 0; i < layers; i++) {
      const name = `model.decoder.layers.${i}`;
      y = after(y, attend(y, y, `${name}.self_attn`, causal), `${name}.self_attn_layer_norm`);
      y = after(y, attend(y, x, `${name}.encoder_attn`), `${name}.encoder_attn_layer_norm`);
      y = after(y, feedForward(y, name), `${name}.final_layer_norm`);
    }
    const logits = tf.add(tf.matMul(tf.reshape(y, [-1, width]), w(TABLE), false, true), w("final_logits_bias"));
    const truth = tf.add(tf.mul(tf.oneHot(labels, vocabulary), 1 - LABEL_SMOOTHING), LABEL_SMOOTHING / vocabulary);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), truth), -1))) as tf.Scalar;
  };

  const trained = [...weights.values()].filter(({ trainable }) => trainable);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const run = async () => {
    const { value, grads } = tf.variableGrads(loss, trained);
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    tf.dispose(grads);
    const cost = await value.data();
    value.dispose();
    return cost;
  };
  const result = async () => {
    rate = 0;
    const { value, grads } = tf.variableGrads(loss, trained);
    rate = RATE;
    const squares = tf.tidy(() =>
      tf.sum(tf.stack(Object.values(grads).map((gradient) => tf.sum(tf.square(gradient))))),
    );
    const values = [...(await value.data()), Math.sqrt((await squares.data())[0] ?? NaN)];
    tf.dispose([value, squares, grads]);
    return values;
  };
  return { version, run, result, tokens: batch.labels.length };
};

/** A variable; matrices but the table are turned, so that products need no transposed operand on the way forward. */
function operand(name: string, data: Float32Array, shape: readonly number[]): tf.Variable {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape]);
    const turned = shape.length === 2 && name !== TABLE && name !== "final_logits_bias";
    return tf.variable(turned ? tf.transpose(tensor) : tensor, name !== "final_logits_bias");
  });
}

/** Sines in the first half of each row, cosines in the second, as Marian has them. */
function sinusoids(length: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: length * width }, (_, i) => {
    const [position, column] = [Math.floor(i / width), i % width];
    const angle = position / 10000 ** ((column % half) / half);
    return column < half ? Math.sin(angle) : Math.cos(angle);
  });
}
