import { growingCache, type KeyValue, type KeyValueCache, keyMask, RotaryPositions } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { activeKernel } from "@qkv/ops";
import { type Activation, Params, Pass, RandomStream, Recorder } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import { Block, type BlockSpec } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { heldBy } from "./heldBy.ts";

// A layer in one kernel against the same layer in many: asking for weights, or for gradients, composes it.

beforeAll(() => initBackend("wasm", { threads: 3, minTaskNanoseconds: 1 }));

const spec = (placement: Placement, activation: Activation, isDecoder: boolean): BlockSpec => ({
  dModel: 33,
  norm: { kind: "layerNorm", eps: 1e-5, placement },
  selfAttn: { numHeads: 3, causal: isDecoder },
  ...(isDecoder && { crossAttn: { numHeads: 3 } }),
  ffn: { kind: "mlp", dim: 70, activation },
});

/** A pass that a kernel of a whole layer cannot answer: something inside is wanted. */
const composed = () => new Pass({ taps: new Recorder([], { "ffn.hidden": (hidden) => hidden }) });

const wave = <R extends tf.Rank>(shape: number[], phase: number) =>
  tf.tensor<R>(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(1.7 * i + phase)),
    shape as tf.ShapeMap[R],
  );

const keyValue = (batch: number, length: number, phase: number): KeyValue => ({
  keys: wave<tf.Rank.R4>([batch, 3, length, 11], phase),
  values: wave<tf.Rank.R4>([batch, 3, length, 11], phase + 1),
});

/** A cache of one layer that has read `past`. */
function cacheOf(past: KeyValue | undefined): KeyValueCache {
  const cache = growingCache();
  if (past !== undefined) cache.step(() => void cache.append(0, past));
  return cache;
}

type Placement = "pre" | "post";
const ORDERS = ["pre", "post"] as const;
const ACTIVATIONS = ["relu", "gelu", "geluTanh", "silu", "quickGelu"] as const;

test("there is a kernel for it", () => expect(activeKernel("transformerLayer")).toBe("fused"));

describe.each(ORDERS.flatMap((order) => ACTIVATIONS.map((activation) => [order, activation] as const)))(
  "%s-norm, %s",
  (order, activation) => {
    test.each([
      [1, 1, 0, 5],
      [1, 1, 4, 5],
      [3, 1, 7, 2],
      [2, 6, 0, 9],
      [2, 6, 3, 1],
      [1, 41, 0, 130],
    ])("a decoder layer: %i x %i positions after %i, memory of %i", async (batch, length, before, memory) => {
      const params = Params.initialized(3);
      const layer = new Block(params, spec(order, activation, true));
      const x = wave<tf.Rank.R3>([batch, length, 33], 0);
      const [past, seen] = [before > 0 ? keyValue(batch, before, 2) : undefined, keyValue(batch, memory, 4)];
      const attentionMask = tf.tensor2d(
        Array.from({ length: batch }, (_, b) => Array.from({ length: memory }, (_key, i) => i <= b || i % 3 > 0)),
        [batch, memory],
        "bool",
      );
      const memoryMask = keyMask(attentionMask);
      const inputs = { memory: seen, memoryMask };
      using fusedCache = cacheOf(past);
      using partsCache = cacheOf(past);
      const fused = layer.forward(x, { ...inputs, cache: fusedCache });
      const parts = layer.forward(x, { ...inputs, cache: partsCache }, composed());
      await expectClose(fused, parts);
      const [ours, theirs] = [heldBy(fusedCache), heldBy(partsCache)];
      await expectClose(ours.keys, theirs.keys);
      await expectClose(ours.values, theirs.values);
      expect([fusedCache.length, partsCache.length]).toEqual([before + length, before + length]);
      tf.dispose([ours.keys, ours.values, theirs.keys, theirs.values]);
      tf.dispose([x, past ?? {}, seen, attentionMask, memoryMask, fused, parts] as unknown as tf.TensorContainer);
      params.dispose();
    });

    test.each([
      [1, 1],
      [2, 5],
      [1, 13],
      [3, 45],
    ])("an encoder layer: %i x %i positions", async (batch, length) => {
      const params = Params.initialized(5);
      const layer = new Block(params, spec(order, activation, false));
      const x = wave<tf.Rank.R3>([batch, length, 33], 0);
      const mask = tf.tidy(() => tf.greater(wave([1, 3, length, length], 7), -0.5));
      for (const options of [{}, { mask }]) {
        const [fused, parts] = [layer.forward(x, options), layer.forward(x, options, composed())];
        await expectClose(fused, parts);
        tf.dispose([fused, parts]);
      }
      tf.dispose([x, mask]);
      params.dispose();
    });
  },
);

const wide = { ...spec("pre", "gelu", true), dModel: 66, ffn: { kind: "mlp", dim: 260, activation: "gelu" } } as const;

test.each<[string, BlockSpec]>([
  ["a layer of Marian's", wide],
  [
    "one with all else",
    {
      ...wide,
      norm: { kind: "rmsNorm", eps: 1e-5, placement: "both" },
      selfAttn: {
        ...{ numHeads: 6, numKeyValueHeads: 2, headDim: 22, causal: true, window: 2, sinks: true, softcap: 3 },
        ...{ rotary: new RotaryPositions({ dim: 20 }), qkNorm: { kind: "rmsNorm", eps: 1e-5 } },
      },
      ffn: { kind: "gated", dim: 260, activation: "silu" },
      layerScale: 0.5,
    },
  ],
])("the number of threads changes no bit, run after run: %s", async (_, spec) => {
  const params = Params.initialized(3);
  const layer = new Block(params, spec);
  const [x, seen] = [
    wave<tf.Rank.R3>([2, 3, 66], 0),
    { keys: wave<tf.Rank.R4>([2, 3, 9, 22], 1), values: wave<tf.Rank.R4>([2, 3, 9, 22], 2) },
  ];
  const runs: Float32Array[] = [];
  for (const threads of [1, 2, 3, 5]) {
    await initBackend("wasm", { threads });
    for (let again = 0; again < 20; again++) {
      const output = layer.forward(x, { memory: seen });
      runs.push((await output.data()) as Float32Array);
      output.dispose();
    }
  }
  for (const run of runs) expect(run).toEqual(runs[0]);
  tf.dispose([x, seen] as unknown as tf.TensorContainer);
  params.dispose();
  await initBackend("wasm", { threads: 3 });
});

test("what does not fit is left to the parts of the layer, which say so; gradients and dropout too are theirs", () =>
  expectNoLeaks(async () => {
    const params = Params.initialized(3);
    const layer = new Block(params, { ...spec("pre", "relu", true), dropout: 0.5 });
    const [x, seen] = [wave<tf.Rank.R3>([2, 3, 33], 0), keyValue(2, 4, 1)];
    tf.tidy(() => {
      expect(() => layer.forward(wave([2, 3, 32], 0), { memory: seen })).toThrow(/32/);
      expect(() => layer.forward(x, { memory: keyValue(1, 4, 1) })).toThrow(/attention: expected/);
      using cache = cacheOf(keyValue(1, 2, 1));
      expect(() => layer.forward(x, { memory: seen, cache })).toThrow(/expected 1 rows and layers below 1, got 2 rows/);
      expect(() => layer.forward(x, { memory: seen, mask: tf.ones([2, 3, 3, 4], "bool") })).toThrow(/mask/);
    });
    const gradients = tf.grad((input) => layer.forward(input, { memory: seen }))(x);
    expect((await gradients.data()).some((value) => value !== 0)).toBe(true);
    const [plain, dropped] = [
      layer.forward(x, { memory: seen }),
      layer.forward(x, { memory: seen }, new Pass({ random: new RandomStream(1) })),
    ];
    expect(await dropped.data()).not.toEqual(await plain.data());
    tf.dispose([x, seen, gradients, plain, dropped] as unknown as tf.TensorContainer);
    params.dispose();
  }));
