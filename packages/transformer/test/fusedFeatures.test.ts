import { cosineScore, createCache, keyMask, type KeyValue, type KeyValueCache, RotaryPositions } from "@qkv/attention";
import { Params, Pass, Recorder } from "@qkv/nn";
import { describeBackends, expectClose } from "@qkv/testing";
import { type AttentionSpec, Block, type BlockInputs, type BlockSpec } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { heldBy } from "./heldBy.ts";

// What a block can be, in one kernel against the same block in many: asking for something inside composes it.

interface Changes extends Partial<Omit<BlockSpec, "selfAttn" | "crossAttn">> {
  readonly selfAttn?: Partial<AttentionSpec>;
  readonly crossAttn?: Partial<AttentionSpec>;
}

const rmsNorm = { kind: "rmsNorm", eps: 1e-5, placement: "pre" } as const;
const gated = { kind: "gated", dim: 70, activation: "silu", bias: false } as const;
const rotary = (dim: number, layout?: "halves" | "interleaved") =>
  new RotaryPositions({ dim, ...(layout && { layout }) });

/** Changes of a causal decoder block of width 33 with 6 heads of 11, by name. */
const KINDS: Readonly<Record<string, Changes>> = {
  "an RMS norm": { norm: rmsNorm },
  "an RMS norm with a unit offset": { norm: { ...rmsNorm, unitOffset: true } },
  "an RMS norm after": { norm: { ...rmsNorm, placement: "post" } },
  "norms before and after": { norm: { ...rmsNorm, placement: "both" } },
  "layer norms before and after, layer scale": {
    ...{ norm: { kind: "layerNorm", eps: 1e-5, placement: "both" }, layerScale: 0.3 },
  },
  "layer scale and a norm after": { norm: { kind: "layerNorm", eps: 1e-5, placement: "post" }, layerScale: 0.3 },
  "grouped heads": { selfAttn: { numKeyValueHeads: 2 } },
  "one head of keys": { selfAttn: { numKeyValueHeads: 1, headDim: 5 } },
  "heads that see both ways": { selfAttn: { numKeyValueHeads: 3, causal: false } },
  "a gate": { ffn: gated },
  "a gate by relu, with biases": { ffn: { ...gated, activation: "relu", bias: true } },
  "a packed gate": { ffn: { ...gated, kind: "packedGated", activation: "gelu" } },
  "a packed gate with biases": { ffn: { ...gated, kind: "packedGated", activation: "geluTanh", bias: true } },
  "no bias": { selfAttn: { bias: false }, ffn: { kind: "mlp", dim: 70, activation: "gelu", bias: false } },
  "some biases": { selfAttn: { bias: { q: true, k: false, v: true, out: false } } },
  "rotary halves": { selfAttn: { headDim: 14, rotary: rotary(14) } },
  "rotary pairs": { selfAttn: { headDim: 22, rotary: rotary(22, "interleaved") } },
  "rotary halves of part of a head": { selfAttn: { rotary: rotary(8) } },
  "rotary pairs of part of a head": { selfAttn: { rotary: rotary(10, "interleaved"), numKeyValueHeads: 2 } },
  "stretched rotary positions": {
    selfAttn: {
      headDim: 12,
      rotary: new RotaryPositions({ dim: 12, scaling: { type: "dynamic", factor: 4, originalLength: 4 } }),
    },
  },
  "YaRN, whose cosines have a factor": {
    selfAttn: {
      headDim: 12,
      rotary: new RotaryPositions({ dim: 12, scaling: { type: "yarn", factor: 4, originalLength: 4 } }),
    },
  },
  "a window": { selfAttn: { window: 3 } },
  "a window of one": { selfAttn: { window: 1, numKeyValueHeads: 2 } },
  "a window, groups and rotary positions": { selfAttn: { window: 4, numKeyValueHeads: 3, rotary: rotary(10) } },
  "a soft cap": { selfAttn: { softcap: 0.8 } },
  "a high soft cap of grouped heads": { selfAttn: { softcap: 30, scale: 3, numKeyValueHeads: 2 } },
  sinks: { selfAttn: { sinks: true } },
  "sinks of grouped heads in a window": { selfAttn: { sinks: true, numKeyValueHeads: 2, window: 3 } },
  "an RMS norm of queries and keys": { selfAttn: { qkNorm: { kind: "rmsNorm", eps: 1e-5 }, numKeyValueHeads: 2 } },
  "one with a unit offset": { selfAttn: { qkNorm: { kind: "rmsNorm", eps: 1e-5, unitOffset: true } } },
  "a layer norm of queries and keys": { selfAttn: { qkNorm: { kind: "layerNorm", eps: 1e-5 } } },
  "a scale": { selfAttn: { scale: 1 } },
  "a scale below zero": { selfAttn: { scale: -0.4 } },
  "all that Gemma 3 has": {
    norm: { ...rmsNorm, placement: "both", unitOffset: true },
    ffn: { ...gated, activation: "geluTanh" },
    selfAttn: {
      ...{ numKeyValueHeads: 2, headDim: 10, rotary: rotary(10), bias: false, scale: 0.2, window: 5 },
      qkNorm: { kind: "rmsNorm", eps: 1e-5, unitOffset: true },
    },
  },
  "a memory": { crossAttn: {} },
  "a memory of grouped heads with all else": {
    ...{ norm: { ...rmsNorm, placement: "both" }, layerScale: 0.5, ffn: gated },
    selfAttn: { numKeyValueHeads: 2, rotary: rotary(6), window: 4, softcap: 2, sinks: true },
    crossAttn: {
      ...{ numKeyValueHeads: 3, softcap: 1.5, sinks: true, scale: 0.5, bias: false },
      qkNorm: { kind: "rmsNorm", eps: 1e-5 },
    },
  },
};

const spec = ({ selfAttn, crossAttn, ...changes }: Changes): BlockSpec => ({
  dModel: 33,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: 6, headDim: 11, causal: true, ...selfAttn },
  ...(crossAttn && { crossAttn: { numHeads: 6, headDim: 11, ...crossAttn } }),
  ffn: { kind: "mlp", dim: 70, activation: "gelu" },
  ...changes,
});

let seed = 7;
const normal = <R extends tf.Rank>(shape: tf.ShapeMap[R], std = 1) =>
  tf.randomNormal<R>(shape, 0, std, "float32", ++seed);
const randomized = () => Params.from((_name, shape) => normal(shape as number[], 0.25));

/** A pass that a kernel of a whole layer cannot answer: something inside is wanted. */
const composed = () => new Pass({ taps: new Recorder([], { "ffn.hidden": (hidden) => hidden }) });

/** The kernels of a run of `f`, by name. */
async function kernelsOf(f: () => void): Promise<readonly string[]> {
  const { kernels } = await tf.profile(f);
  return kernels.map(({ name }) => name);
}

/** Reads a text part by part, each after the last one's keys and values, in one kernel and in many. */
async function expectSame(
  block: Block,
  window: number | undefined,
  [batch, lengths]: readonly [number, readonly number[]],
  given: BlockInputs,
): Promise<void> {
  using fusedCache = createCache({ windows: [window] });
  using fixedCache = createCache({ capacity: 135 });
  using cache = createCache({ windows: [window] });
  for (const length of lengths) {
    const x = normal<tf.Rank.R3>([batch, length, 33]);
    const seen = cache.length + length;
    const mask =
      given.mask && tf.slice(given.mask, [0, 0, 0, 0], [-1, -1, given.mask.shape[2] === 1 ? 1 : length, seen]);
    const bias = given.bias && tf.slice(given.bias, [0, 0, 0, 0], [-1, -1, length, seen]);
    const positions = given.positions?.map((row) => row.slice(cache.length, seen));
    const inputs = { ...given, mask, bias, ...(positions && { positions }) };
    let fused: tf.Tensor | undefined;
    const kernels = await kernelsOf(() => void (fused = block.forward(x, { ...inputs, cache: fusedCache })));
    expect(kernels.filter((name) => name.startsWith("Qkv") && name !== "QkvWriteRows")).toEqual([
      "QkvTransformerLayer",
    ]);
    const parts = block.forward(x, { ...inputs, cache }, composed());
    await expectClose(fused as tf.Tensor, parts, CLOSE);
    await expectSameInPlace(block, x, { ...inputs, cache: fixedCache }, parts);
    const [ours, theirs] = [heldBy(fusedCache), heldBy(cache)];
    await expectClose(ours.keys, theirs.keys, CLOSE);
    await expectClose(ours.values, theirs.values, CLOSE);
    expect(ours.dropped ?? 0).toBe(theirs.dropped ?? 0);
    tf.dispose([ours.keys, ours.values, theirs.keys, theirs.values]);
    tf.dispose([x, mask ?? [], bias ?? [], fused ?? [], parts]);
  }
}

/** Reads in one kernel that writes into the cache, and in many that do. */
async function expectSameInPlace(
  block: Block,
  x: tf.Tensor3D,
  inputs: BlockInputs & { readonly cache: KeyValueCache },
  parts: tf.Tensor,
): Promise<void> {
  const { cache } = inputs;
  const { length } = cache;
  let fused: tf.Tensor | undefined;
  const kernels = await kernelsOf(() => void (fused = block.forward(x, inputs)));
  // The first step has no buffers yet; later ones copy nothing.
  const copies = kernels.filter((name) => !["QkvTransformerLayer", "Identity"].includes(name));
  if (length > 0) expect(copies).toEqual([]);
  await expectClose(fused as tf.Tensor, parts, CLOSE);
  cache.truncate(length);
  const again = block.forward(x, inputs, composed());
  await expectClose(again, parts, CLOSE);
  tf.dispose([fused ?? [], again]);
}

const CLOSE = { atol: 1e-5, rtol: 1e-5 };

const memoryOf = (block: Block, batch: number): KeyValue | undefined =>
  tf.tidy(() => block.crossAttn?.project(normal([batch, 5, 33])) as never);

/** Batch and lengths of the parts of a text. */
const SIZES: readonly (readonly [number, readonly number[]])[] = [
  [1, [1, 1, 1, 1, 1, 1]],
  [2, [6, 1, 3, 1]],
  [1, [131, 1, 2]],
];

/** A mask of keys that hides a fifth of them, and in no row the first. */
function someKeys([batch, lengths]: (typeof SIZES)[number]): tf.Tensor {
  const total = lengths.reduce((a, b) => a + b, 0);
  const attentionMask = Array.from({ length: batch * total }, (_, i) => i % 5 !== 0 || i % total === 0);
  return tf.tidy(() => keyMask(tf.tensor2d(attentionMask, [batch, total], "bool")));
}

describeBackends(
  "a block in one kernel equals its parts",
  () => {
    test.each(Object.keys(KINDS))("%s", async (kind) => {
      const params = randomized();
      const block = new Block(params, spec(KINDS[kind] as Changes));
      const window = KINDS[kind]?.selfAttn?.window;
      for (const sizes of SIZES) {
        const memory = memoryOf(block, sizes[0]);
        await expectSame(block, window, sizes, { memory });
        const mask = someKeys(sizes);
        await expectSame(block, window, sizes, { memory, mask });
        tf.dispose([mask, memory ?? {}] as never);
      }
      params.dispose();
    });

    const grouped = { numKeyValueHeads: 2, rotary: rotary(10) };
    test.each<[string, Partial<AttentionSpec>, (total: number) => BlockInputs]>([
      ["a bias of the scores by head", { scale: 1 }, (n) => ({ bias: normal([1, 6, n, n]) })],
      ["a bias by row", grouped, (n) => ({ bias: normal([2, 1, n, n]) })],
      ["a bias of both, capped", { ...grouped, softcap: 1 }, (n) => ({ bias: normal([2, 6, n, n]) })],
      ["a mask of both", grouped, (n) => ({ mask: tf.tidy(() => tf.greater(normal([2, 6, n, n]), 0)) })],
      ["a cache that keeps what its window has left", { ...grouped, window: 3 }, () => ({})],
      ["positions of each row", grouped, (n) => ({ positions: [positionsFrom(-3, n), positionsFrom(0, n)], span: n })],
    ])("%s", async (_, selfAttn, inputsOf) => {
      const params = randomized();
      const block = new Block(params, spec({ selfAttn }));
      for (const lengths of [
        [5, 1, 1, 3],
        [1, 130],
      ]) {
        const inputs = inputsOf(lengths.reduce((a, b) => a + b, 0));
        await expectSame(block, undefined, [2, lengths], inputs);
        tf.dispose([inputs.bias ?? [], inputs.mask ?? []]);
      }
      params.dispose();
    });

    test("a row that sees no key gets nothing from it, a sink or not", async () => {
      for (const sinks of [false, true]) {
        const params = randomized();
        const block = new Block(params, spec({ selfAttn: { ...grouped, sinks } }));
        const mask = tf.zeros([2, 1, 1, 4], "bool");
        await expectSame(block, undefined, [2, [4]], { mask });
        tf.dispose(mask);
        params.dispose();
      }
    });

    test.each<[string, Changes, (x: tf.Tensor) => BlockInputs]>([
      ["a score of another kind", { selfAttn: { score: cosineScore(2) } }, () => ({})],
      ["an activation without a kernel", { ffn: { ...gated, activation: "mish" } }, () => ({})],
      ["a mask of rank 2", {}, () => ({ mask: tf.tensor2d([1, 0, 1, 1, 1, 1, 0, 1, 1], [3, 3], "bool") })],
      ["a bias of rank 2", {}, () => ({ bias: tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3]) })],
    ])("%s is left to the parts", async (_, changes, inputsOf) => {
      const params = randomized();
      const block = new Block(params, spec(changes));
      const x = normal<tf.Rank.R3>([2, 3, 33]);
      const inputs = inputsOf(x);
      let y: tf.Tensor | undefined;
      expect(await kernelsOf(() => void (y = block.forward(x, inputs)))).not.toContain("QkvTransformerLayer");
      const parts = block.forward(x, inputs, composed());
      await expectClose(y as tf.Tensor, parts);
      tf.dispose([x, inputs.mask ?? [], inputs.bias ?? [], y ?? [], parts]);
      params.dispose();
    });

    test("positions that fit no row are refused, as by the parts", () => {
      const params = randomized();
      const block = new Block(params, spec({ selfAttn: grouped }));
      tf.tidy(() => {
        const x = normal<tf.Rank.R3>([2, 3, 33]);
        expect(() => block.forward(x, { positions: [[0, 1, 2]] })).toThrow("expected 2 rows of 3 positions");
      });
      params.dispose();
    });
  },
  ["wasm"],
);

/** Positions of a row of `length` that begins with padding, which has position 0. */
function positionsFrom(first: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.max(0, first + i));
}
