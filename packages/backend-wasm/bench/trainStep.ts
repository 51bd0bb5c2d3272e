// One training step of a small post-norm translation model, on the operations of @qkv/backend alone, with a profile.
//
//   node bench/run.mjs [steps] [--width 128] [--ffn 512] [--sentences 250] [--length 12] [--vocabulary 8000]

import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { adamW, attention, crossEntropy, dropout, embedding, initBackend, layerNorm, linear } from "@qkv/backend";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "128" },
    ffn: { type: "string", default: "512" },
    sentences: { type: "string", default: "250" },
    length: { type: "string", default: "12" },
    vocabulary: { type: "string", default: "8000" },
    plain: { type: "boolean", default: false },
  },
});
const [E, F, B, L, V] = [values.width, values.ffn, values.sentences, values.length, values.vocabulary].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const [H, layers, rate] = [4, 3, 0.1];
const steps = Number(positionals[0] ?? 5);

const started = performance.now();
await initBackend("wasm", { relaxedSimd: !values.plain });
console.log(`initBackend ${(performance.now() - started).toFixed(0)} ms`);

const params = new Map<string, { value: tf.Variable; first: tf.Variable; second: tf.Variable }>();
let seed = 1;

function param(name: string, shape: number[]): tf.Variable {
  let entry = params.get(name);
  if (entry === undefined) {
    const value = tf.keep(
      name.endsWith("norm")
        ? tf.ones(shape)
        : tf.randomNormal(shape, 0, 1 / Math.sqrt(shape.at(-1) ?? 1), "float32", seed++),
    );
    entry = { value: tf.variable(value), first: tf.variable(tf.zeros(shape)), second: tf.variable(tf.zeros(shape)) };
    value.dispose();
    params.set(name, entry);
  }
  return entry.value;
}

const project = (x: tf.Tensor, name: string, inputs: number, outputs: number, activation?: "relu") =>
  linear(x, param(`${name}.weight`, [outputs, inputs]), param(`${name}.bias`, [outputs]), activation);
const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [B, L, H, E / H]), [0, 2, 1, 3]);
const drop = (x: tf.Tensor) => dropout(x, rate, seed++);
const norm = (x: tf.Tensor, name: string) =>
  layerNorm(x, param(`${name}.norm`, [E]), param(`${name}.shift`, [E]), 1e-5);

function multiHead(x: tf.Tensor, memory: tf.Tensor, name: string, mask: tf.Tensor, causal: boolean): tf.Tensor {
  const q = heads(project(x, `${name}.q`, E, E));
  const k = heads(project(memory, `${name}.k`, E, E));
  const v = heads(project(memory, `${name}.v`, E, E));
  const y = attention(q, k, v, { mask, causal, dropout: { rate, seed: seed++ } });
  return project(tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [B, L, E]), `${name}.out`, E, E);
}

const feedForward = (x: tf.Tensor, name: string) =>
  project(drop(project(x, `${name}.1`, E, F, "relu")), `${name}.2`, F, E);

const lengths = Array.from({ length: B }, (_, i) => Math.max(3, L - ((i * 7) % 3)));
const mask = tf.tensor(
  lengths.flatMap((length) => Array.from({ length: L }, (_, i) => i < length)),
  [B, 1, 1, L],
  "bool",
);
const ids = (k: number) =>
  tf.tensor(
    Int32Array.from({ length: B * L }, (_, i) => (i * 7919 + k) % V),
    [B, L],
    "int32",
  );
const [source, target] = [ids(1), ids(2)];
const labels = tf.tensor1d(
  Array.from({ length: B * L }, (_, i) => (i % L < (lengths[Math.floor(i / L)] ?? 0) ? (i * 31) % V : -100)),
  "int32",
);
const positions = tf.tensor(
  Float32Array.from({ length: L * E }, (_, i) => Math.sin(i)),
  [L, E],
);
const tokens = lengths.reduce((sum, length) => sum + length, 0);

function loss(): tf.Scalar {
  const shared = param("shared", [V, E]);
  const embed = (x: tf.Tensor) => drop(tf.add(tf.mul(embedding(shared, x), Math.sqrt(E)), positions));
  let x = embed(source);
  for (let i = 0; i < layers; i++) {
    x = norm(tf.add(x, drop(multiHead(x, x, `e${i}.self`, mask, false))), `e${i}.1`);
    x = norm(tf.add(x, drop(feedForward(x, `e${i}.ffn`))), `e${i}.2`);
  }
  let y = embed(target);
  for (let i = 0; i < layers; i++) {
    y = norm(tf.add(y, drop(multiHead(y, y, `d${i}.self`, mask, true))), `d${i}.1`);
    y = norm(tf.add(y, drop(multiHead(y, x, `d${i}.cross`, mask, false))), `d${i}.2`);
    y = norm(tf.add(y, drop(feedForward(y, `d${i}.ffn`))), `d${i}.3`);
  }
  const logits = linear(tf.reshape(y, [B * L, E]), shared, param("shift", [V]));
  return tf.div(tf.sum(crossEntropy(logits, labels, { labelSmoothing: 0.1 })), tokens) as tf.Scalar;
}

async function step(index: number): Promise<number> {
  const list = [...params.values()].map(({ value }) => value);
  const { value, grads } = tf.variableGrads(loss, list.length === 0 ? undefined : list);
  for (const { value: parameter, first, second } of params.values()) {
    const gradient = grads[parameter.name];
    if (gradient !== undefined) adamW(parameter, gradient, { first, second }, { learningRate: 1e-3, step: index });
  }
  tf.dispose(grads);
  const [cost = NaN] = await value.data();
  value.dispose();
  return cost;
}

tf.tidy(() => void loss()); // makes the parameters
const size = [...params.values()].reduce((sum, { value }) => sum + value.size, 0);
console.log(`${(size / 1e6).toFixed(2)} M parameters, ${tokens} target tokens, E ${E}, F ${F}, V ${V}`);

// Milliseconds of processor time, which a busy machine does not stretch.
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const times: number[] = [];
const costs: number[] = [];
for (let i = 1; i <= steps; i++) {
  const from = now();
  costs.push(await step(i));
  times.push(now() - from);
}
const sorted = times.slice(1).toSorted?.((a, b) => a - b) ?? times.slice(1).sort((a, b) => a - b);
console.log(
  `step: median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, least ${sorted[0]?.toFixed(0)} ms; ` +
    `loss ${costs[0]?.toFixed(5)} -> ${costs.at(-1)?.toFixed(5)}; tensors ${tf.memory().numTensors}`,
);

// The profile: every kernel timed from outside, and the work of the products counted.
const spent = new Map<string, { ms: number; calls: number }>();
let operations = 0;
let depth = 0;
const sizeOf = (shape: number[]) => tf.util.sizeFromShape(shape);
for (const config of tf.getKernelsForBackend("wasm")) {
  const { kernelName, kernelFunc } = config;
  config.kernelFunc = (call) => {
    const from = now();
    depth++;
    const outputs = kernelFunc(call);
    if (--depth === 0) {
      const entry = spent.get(kernelName) ?? { ms: 0, calls: 0 };
      spent.set(kernelName, { ms: entry.ms + now() - from, calls: entry.calls + 1 });
      const { a, x, weight } = call.inputs as Record<string, tf.TensorInfo>;
      const out = Array.isArray(outputs) ? outputs[0] : outputs;
      if (kernelName === "BatchMatMul" && a !== undefined && out !== undefined) {
        const { transposeA } = call.attrs as unknown as tf.BatchMatMulAttrs;
        operations += 2 * sizeOf(out.shape) * (a.shape.at(transposeA ? -2 : -1) ?? 0);
      }
      if (kernelName === "QkvLinear" && x !== undefined && weight !== undefined) {
        operations += 2 * sizeOf(x.shape) * (weight.shape[0] ?? 0);
      }
    }
    return outputs;
  };
}
const from = now();
await step(steps + 1);
const total = now() - from;
const rows = [...spent].sort(([, a], [, b]) => b.ms - a.ms);
const inKernels = rows.reduce((sum, [, { ms }]) => sum + ms, 0);
const products = (spent.get("BatchMatMul")?.ms ?? 0) + (spent.get("QkvLinear")?.ms ?? 0);
console.log(
  `profiled ${total.toFixed(0)} ms, in kernels ${inKernels.toFixed(0)}; products ${products.toFixed(0)} ms ` +
    `(${((100 * products) / total).toFixed(0)} %), ${(operations / products / 1e6).toFixed(1)} GFLOP/s`,
);
for (const [name, { ms, calls }] of rows.slice(0, 20)) {
  console.log(`${ms.toFixed(1).padStart(8)} ms ${String(calls).padStart(5)} x ${name}`);
}
