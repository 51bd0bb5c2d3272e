import * as tf from "@tensorflow/tfjs-core";
import { cachedRowWords, hasCachedRows, readCachedRows, type RowFormat, writeCachedRows } from "../cachedRows.ts";
import { FUSED_KERNELS } from "../fusedKernel.ts";
import type {
  LayerAttentionAttrs,
  LinearWeights,
  NormWeights,
  TransformerLayerAttrs,
} from "../transformerLayer/contract.ts";
import { transformerLayer } from "../transformerLayer/transformerLayer.ts";
import type { WeightFormat } from "../weights/weight.ts";
import { FLOAT32, type KernelCase, type KnownResult, ROUNDED } from "./kernelCase.ts";
import { plainActivation, plainAttention, plainNorm, plainRotary, plainSum, plainTimes } from "./plainLayer.ts";
import { plainProduct } from "./plainProduct.ts";
import { testNumbers } from "./testNumbers.ts";
import { formatName, type TestWeight, testWeight } from "./testWeight.ts";

// E and F, H, D of a small layer: E is a block of codes wide.
const [WIDTH, HEADS, HEAD] = [32, 2, 16];
const EPS = 1e-5;

/** Whole layers: with weights of each format that of a decoder, with floats that of an encoder too. */
export function layerCases(format: WeightFormat): readonly KernelCase[] {
  const decoder = layerCase("a decoder", format, knownDecoder);
  return format === "f32" ? [decoder, layerCase("an encoder", format, knownEncoder)] : [decoder];
}

/** Rows of keys and values in fewer bits, written and read. */
export function cacheCases(): readonly KernelCase[] {
  return hasCachedRows() ? (["float16", "q8"] as const).map(cacheCase) : [];
}

/**
 * Makes the linear maps of a layer, as numbers and as the kernel gets them: different rows of one weight, since making numbers is
 * most of what a self-test costs.
 */
function mapsOf(format: WeightFormat, hasBias: boolean) {
  const all = testWeight(format, [2 * WIDTH, WIDTH], 20);
  return (first: number, count = WIDTH) =>
    mapOf(all.rows(first, count), hasBias ? testNumbers(count, first + 50) : undefined);
}

function mapOf(weight: TestWeight, bias: Float32Array | undefined) {
  return {
    apply: (x: ArrayLike<number>) => plainProduct(x, weight.numbers, WIDTH, bias),
    store: (): LinearWeights => ({ weight: weight.store(), ...(bias && { bias: tf.tensor1d(bias) }) }),
  };
}

/** A norm of the layer, likewise. */
function normOf(seed: number, hasBias: boolean) {
  const weight = testNumbers(WIDTH, seed);
  const bias = hasBias ? testNumbers(WIDTH, seed + 50) : undefined;
  return {
    apply: (x: ArrayLike<number>) => plainNorm(x, weight, bias, EPS),
    store: (): NormWeights => ({ weight: tf.tensor1d(weight), ...(bias && { bias: tf.tensor1d(bias) }) }),
  };
}

const attentionAttrs: LayerAttentionAttrs = {
  numHeads: HEADS,
  numKeyValueHeads: HEADS,
  causal: false,
  window: undefined,
  scale: 1 / Math.sqrt(HEAD),
  softcap: undefined,
  qkNorm: undefined,
  rotary: undefined,
};
const attrs = {
  parallel: undefined,
  branchScale: undefined,
  crossAttn: undefined,
} satisfies Partial<TransformerLayerAttrs>;
const plain = { qNorm: undefined, kNorm: undefined, sinks: undefined, layerScale: undefined, postNorm: undefined };

function layerCase(what: string, format: WeightFormat, known: (format: WeightFormat) => KnownResult): KernelCase {
  return {
    name: `a layer of ${what} with ${formatName(format)}`,
    kernels: [FUSED_KERNELS.transformerLayer],
    tolerance: format === "f32" ? FLOAT32 : 2 * ROUNDED,
    hasFallback: false, // composed of operations that have cases of their own
    make: () => known(format),
  };
}

/** One position after three: RMS norms before, rotary positions, two query heads to one of keys, a gated feed-forward. */
function knownDecoder(format: WeightFormat): KnownResult {
  const [past, capacity] = [3, 5];
  const map = mapsOf(format, false);
  const [q, k, v, out] = [map(0), map(32, HEAD), map(48, HEAD), map(8)];
  const [gate, up, down] = [map(16), map(24), map(28)];
  const [first, second] = [normOf(41, false), normOf(42, false)];
  const x = testNumbers(WIDTH, 43);
  const angles = testNumbers(HEAD / 2, 44).map((value) => 3 * value);
  const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];
  const [keys, values] = [testNumbers(past * HEAD, 45), testNumbers(past * HEAD, 46)];
  return {
    run: () => {
      const buffer = (rows: Float32Array) => {
        const all = new Float32Array(capacity * HEAD);
        all.set(rows);
        return tf.tensor4d(all, [1, 1, capacity, HEAD]);
      };
      const weights = {
        selfAttn: {
          ...plain,
          norm: first.store(),
          qProj: q.store(),
          kProj: k.store(),
          vProj: v.store(),
          outProj: out.store(),
        },
        crossAttn: undefined,
        ffn: { ...plain, norm: second.store(), gateProj: gate.store(), upProj: up.store(), downProj: down.store() },
      };
      const rotary = { dim: HEAD, layout: "halves" } as const;
      const layer = transformerLayer(weights, {
        ...attrs,
        norm: { kind: "rmsNorm", eps: EPS, unitOffset: false },
        placement: "pre",
        selfAttn: { ...attentionAttrs, numKeyValueHeads: 1, causal: true, rotary },
        ffn: { kind: "gated", activation: "silu" },
      });
      return layer({
        x: tf.tensor3d(x, [1, 1, WIDTH]),
        pastKeys: buffer(keys),
        pastValues: buffer(values),
        pastLength: past,
        angles: { cos, sin },
      })?.output;
    },
    expected: () => {
      const read = first.apply(x);
      const attended = plainAttention({
        q: plainRotary(q.apply(read), cos, sin, HEADS, HEAD),
        k: [...keys, ...plainRotary(k.apply(read), cos, sin, 1, HEAD)],
        v: [...values, ...v.apply(read)],
        heads: HEADS,
        groups: 1,
        width: HEAD,
        sees: () => true,
      });
      const sum = plainSum(x, out.apply(attended));
      const rows = second.apply(sum);
      return plainSum(sum, down.apply(plainTimes(plainActivation(gate.apply(rows), "silu"), up.apply(rows))));
    },
  };
}

/** Nine positions, two of them padding: layer norms after, biases, gelu. */
function knownEncoder(format: WeightFormat): KnownResult {
  const [length, visible] = [9, 7];
  const map = mapsOf(format, true);
  const [q, k, v, out] = [map(0), map(32), map(24), map(8)];
  const [fc1, fc2] = [map(16), map(28)];
  const [first, second] = [normOf(78, true), normOf(79, true)];
  const x = testNumbers(length * WIDTH, 80);
  return {
    run: () => {
      const weights = {
        selfAttn: {
          ...plain,
          norm: first.store(),
          qProj: q.store(),
          kProj: k.store(),
          vProj: v.store(),
          outProj: out.store(),
        },
        crossAttn: undefined,
        ffn: { ...plain, norm: second.store(), fc1: fc1.store(), fc2: fc2.store() },
      };
      const layer = transformerLayer(weights, {
        ...attrs,
        norm: { kind: "layerNorm", eps: EPS, unitOffset: false },
        placement: "post",
        selfAttn: attentionAttrs,
        ffn: { kind: "mlp", activation: "gelu" },
      });
      const mask = tf.tensor(
        Uint8Array.from({ length }, (_, i) => (i < visible ? 1 : 0)),
        [1, 1, 1, length],
        "bool",
      );
      return layer({ x: tf.tensor3d(x, [1, length, WIDTH]), mask })?.output;
    },
    expected: () => {
      const [heads, groups, width] = [HEADS, HEADS, HEAD];
      const sees = (_: number, key: number) => key < visible;
      const attended = plainAttention({ q: q.apply(x), k: k.apply(x), v: v.apply(x), heads, groups, width, sees });
      const sum = first.apply(plainSum(x, out.apply(attended)));
      return second.apply(plainSum(sum, fc2.apply(plainActivation(fc1.apply(sum), "gelu"))));
    },
  };
}

function cacheCase(format: RowFormat): KernelCase {
  const [length, width, capacity] = [3, HEAD * 2, 4];
  return {
    name: `rows of a cache in ${format}`,
    kernels: [FUSED_KERNELS.writeCachedRows, FUSED_KERNELS.readCachedRows],
    tolerance: ROUNDED,
    hasFallback: false,
    make: () => {
      const rows = testNumbers(length * width, 90);
      return {
        run: () => {
          const buffer = tf.zeros<tf.Rank.R4>([1, 1, capacity, cachedRowWords(format, width)], "int32");
          writeCachedRows(buffer, tf.tensor4d(rows, [1, 1, length, width]), 1, format);
          return tf.slice(readCachedRows(buffer, capacity, width, format), [0, 0, 1, 0], [1, 1, length, width]);
        },
        expected: () => rows,
      };
    },
  };
}
