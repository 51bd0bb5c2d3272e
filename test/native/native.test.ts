// Native kernels: those of @qkv/backend-native where a compiler built them, and an addon in JavaScript anywhere, which shows that
// they are called, by each thread and from inside programs, and passed over where they are wrong.
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BackendReport, initBackend } from "@qkv/backend";
import { addonPath } from "@qkv/backend-native";
import { Params } from "@qkv/nn";
import { activate, attention, linear, packCodes, packHalves, type PackedTensor, type Weight } from "@qkv/ops";
import { Block } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, test, vi } from "vitest";

vi.mock("@qkv/backend-native", async (original) => {
  const actual = await original<{ readonly addonPath: typeof addonPath }>();
  return { ...actual, addonPath: vi.fn(actual.addonPath) };
});

const { library, missing } = find();

/** The library, or the reason why there is none. */
function find(): { library?: string; missing?: string } {
  try {
    return { library: addonPath() };
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

/** Starts wasm anew; `file` takes the place of the package's addon. */
async function start(options: object, file?: string): Promise<BackendReport> {
  vi.mocked(addonPath).mockReset();
  if (file !== undefined) vi.mocked(addonPath).mockReturnValue(file);
  if (tf.engine().registry["wasm"] !== undefined) tf.removeBackend("wasm");
  return initBackend("wasm", options);
}

const fixture = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
const damaged = join(tmpdir(), `qkv-damaged-${process.pid}.node`);
const spoiled = (kernel: string) => join(tmpdir(), `qkv-spoiled-${kernel}-${process.pid}.cjs`);
afterEach(() => [damaged, spoiled("activate"), spoiled("attention")].forEach((file) => rmSync(file, { force: true })));

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);

/** Rows, inner and outer columns: whole tiles of every kind of processor, parts of them, more than one pass over each side. */
const SIZES: readonly (readonly [M: number, K: number, N: number])[] = [
  [62, 257, 139],
  [61, 513, 528],
  [200, 30, 37],
  [40, 1, 9],
];

/** Weights [75, 288] of every layout. */
async function packedWeights(): Promise<Weight[]> {
  const shape = [75, 288] as const;
  const count = shape[0] * shape[1];
  const halves = Uint16Array.from({ length: count }, (_, i) => 0x3800 + ((i * 37) % 1021)); // of f16 0.5 to 1
  const packed: PackedTensor[] = [packHalves("f16", halves, shape), packHalves("bf16", halves, shape)];
  for (const bits of [8, 4] as const) {
    for (const groupSize of [32, 16] as const) {
      const [codes, scales] = [new Int8Array(count), new Float32Array(count / groupSize)];
      for (const at of codes.keys()) codes[at] = bits === 8 ? ((at * 37) % 255) - 127 : (at * 7) % 16;
      for (const at of scales.keys()) scales[at] = 0.01 * (1 + (at % 5));
      for (const offsets of [undefined, scales.map((scale) => -3 * scale)]) {
        const format = { bits, groupSize, zero: offsets === undefined ? 5 : 0, hasOffsets: offsets !== undefined };
        packed.push(await packCodes(format, [{ ...format, codes, scales, offsets }], shape));
      }
    }
  }
  return packed.map(({ format, data }) => ({
    ...{ shape: [75, 288], kind: "matrix", format, parts: { data }, adapter: undefined },
  }));
}

/** Numbers of every size, of which the last few are no part of a whole vector; and what is no number. */
function activations(): tf.Tensor[] {
  const numbers = Float32Array.from({ length: 203 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 1.07 ** (i - 140));
  numbers.set([0, -0, Infinity, -Infinity, Number.NaN, 3e38, -3e38, 88.8, -87.4], 40);
  return (["relu", "gelu", "geluTanh", "silu", "quickGelu"] as const).map((name) =>
    activate(tf.tensor1d(numbers), name),
  );
}

/** Attention of whole tiles of queries and parts of them over more than a tile of keys, with all that hides or moves scores. */
function attentions(): tf.Tensor[] {
  const [q, k, v] = [random([2, 4, 154, 20], 11), random([2, 2, 270, 20], 12), random([2, 2, 270, 20], 13)];
  const mask = tf.greater(random([2, 1, 154, 270], 14), 0.3);
  const keys = tf.greater(random([2, 1, 1, 270], 15), tf.tensor4d([-0.5, 1], [2, 1, 1, 1])); // of the second text none
  const bias = random([1, 4, 154, 270], 16);
  const far = tf.mul(tf.cast(tf.less(bias, 0), "float32"), -1e3);
  const broken = tf.concat([tf.fill([1, 4, 154, 20], Number.NaN), tf.slice(q, 1)]);
  return [
    attention(q, k, v),
    attention(q, k, v, { causal: true, scale: -0.3 }),
    attention(q, k, v, { mask }),
    attention(q, k, v, { mask: keys, bias: tf.slice(bias, [0, 0, 0, 0], [1, 4, 1, 270]) }),
    attention(q, k, v, { bias, causal: true }),
    attention(q, k, v, { bias: far }),
    attention(broken, k, v),
    attention(random([1, 1, 130, 8], 17), random([1, 1, 9, 8], 18), random([1, 1, 9, 8], 19)), // few queries in the last tile
    attention(random([1, 1, 120, 300], 17), random([1, 1, 50, 300], 18), random([1, 1, 50, 300], 19)),
  ];
}

/** Products of every kind and size, what layers are made of, and layers of a transformer, forwards and backwards. */
async function results(): Promise<Float32Array[]> {
  const params = Params.initialized(6);
  const weights = await packedWeights();
  const found = tf.tidy(() => {
    const products = SIZES.flatMap(([M, K, N]) =>
      [false, true].flatMap((transposeA) =>
        [false, true].map((transposeB) =>
          tf.tidy(() => {
            const a = random(transposeA ? [2, K, M] : [2, M, K], 1);
            return tf.matMul(a, random(transposeB ? [2, N, K] : [2, K, N], 2), transposeA, transposeB);
          }),
        ),
      ),
    );
    const shifted = linear(random([3, 25, 70], 3), random([50, 70], 4), random([50], 5), "relu");
    const packed = weights.flatMap((weight) =>
      [1, 8, 9, 65].map((rows) => linear(random([rows, 288], 8), weight, random([75], 9))),
    );
    const layer = new Block(params, {
      dModel: 32,
      norm: { kind: "layerNorm", eps: 1e-5, placement: "pre" },
      selfAttn: { numHeads: 4 },
      ffn: { kind: "mlp", dim: 80, activation: "gelu" },
      dropout: 0,
    });
    const windowed = new Block(params.at("windowed"), {
      dModel: 32,
      norm: { kind: "rmsNorm", eps: 1e-5, placement: "pre" },
      selfAttn: { numHeads: 4, numKeyValueHeads: 2, causal: true, window: 50 },
      ffn: { kind: "gated", dim: 80, activation: "silu" },
      dropout: 0,
    });
    const long = windowed.forward(random([2, 160, 32], 10) as tf.Tensor3D);
    const x = random([2, 35, 32], 7);
    const loss = (x: tf.Tensor) => tf.sum<tf.Scalar>(tf.square(layer.forward(x as tf.Tensor3D)));
    const parts = [...activations(), ...attentions()];
    return [...products, ...packed, ...parts, shifted, long, layer.forward(x as tf.Tensor3D), tf.grad(loss)(x)];
  });
  params.dispose();
  tf.dispose(weights.map(({ parts }) => parts.data));
  const values = await Promise.all(found.map(async (tensor) => (await tensor.data()) as Float32Array));
  tf.dispose(found);
  return values;
}

function expectClose(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  for (const [i, values] of actual.entries()) {
    const size = Math.max(...values.filter(Number.isFinite).map(Math.abs));
    const differences = values.map((value, j) => {
      const wanted = expected[i]?.[j];
      return Object.is(value, wanted) ? 0 : Math.abs(value - (wanted ?? Number.NaN));
    });
    const difference = Math.max(...differences);
    expect(difference / size, `result ${i}`).toBeLessThan(1e-5); // sums in another order, of 513 numbers at most
  }
}

describe.skipIf(missing !== undefined)(`native kernels${missing === undefined ? "" : `, not here: ${missing}`}`, () => {
  test.each([1, 3])(
    "give the numbers of wasm, to the bit where it has relaxed SIMD, with %i threads",
    async (threads) => {
      const usual = await start({ threads });
      const expected = await results();
      const report = await start({ threads, native: true, minTaskNanoseconds: 1 });
      expect(report).toMatchObject({ name: "wasm", refused: [], threads });
      expect(report).not.toHaveProperty("nativeFallbackReason");
      expect(report.native).toMatch(/^(?:avx2|avx512|neon)$/);
      const native = await results();
      // Plain SIMD rounds products and sums apart.
      if (usual.simd === "relaxed") expect(native).toEqual(expected);
      else expectClose(native, expected);
    },
  );

  test.each([
    ["activate", "Float32Array(heap.buffer)[args[2] / 4 + args[4] - 1] *= 1.001", "at 1022 of activation 0, got"], // a scale
    ["attention", "Float32Array(heap.buffer)[args[6] / 4 + 3081] = 0", "at 3081 of attention, got"], // a lane
  ])("with one wrong number of %s are passed over, and it is said where", async (kernel, spoil, where) => {
    const run = `(...args) => { right.${kernel}(...args); new ${spoil}; }`;
    const attach = `exports.attach = (heap) => { const right = attach(heap); return { ...right, ${kernel}: ${run} } };`;
    writeFileSync(spoiled(kernel), `const { attach } = require(${JSON.stringify(library)});\n${attach}`);
    const report = await start({ threads: 1, native: true }, spoiled(kernel));
    expect(report).not.toHaveProperty("native");
    expect(report.nativeFallbackReason).toContain("a native result came out wrong: expected");
    expect(report.nativeFallbackReason).toContain(where);
  });
});

test.each([1, 3])("an addon computes products, those inside of programs too, with %i threads", async (threads) => {
  await start({ threads: 1 });
  const expected = await results();
  const addon = createRequire(import.meta.url)("./plainAddon.cjs") as { parts: number; stepParts: number };
  const options = { threads, native: true, minTaskNanoseconds: 1 };
  expect(await start(options, fixture("plainAddon.cjs"))).toMatchObject({ native: "none", threads });
  const before = { ...addon };
  expectClose(await results(), expected);
  expect(addon.parts).toBeGreaterThan(before.parts);
  if (threads === 1) expect(addon.stepParts).toBeGreaterThan(before.stepParts); // else others may have taken all
});

test("is not taken unless it is asked for, nor by a backend that runs", async () => {
  expect(await start({ threads: 1 }, fixture("plainAddon.cjs"))).not.toHaveProperty("native");
  const report = await initBackend("wasm", { native: true });
  expect(report).not.toHaveProperty("native");
  expect(report).toMatchObject({ nativeFallbackReason: "wasm was started without native before" });
});

test("an addon with one wrong number is passed over, and it is said which", async () => {
  const report = await start({ threads: 1, native: true }, fixture("wrongAddon.cjs"));
  expect(report).not.toHaveProperty("native");
  expect(report.nativeFallbackReason).toMatch(/^a native result came out wrong: expected \d+ at 8617, got \d+$/);
  const expected = await results();
  await start({ threads: 1 });
  expect(await results()).toEqual(expected);
});

test("a damaged addon is passed over, one of another platform, and none", async () => {
  writeFileSync(damaged, "no addon");
  const reports = [
    await start({ threads: 1, native: true }, damaged),
    await start({ threads: 1, native: true }, `${damaged}.none`),
  ];
  for (const report of reports) {
    expect(report).toMatchObject({ name: "wasm", refused: [] });
    expect(report.nativeFallbackReason).toContain(damaged);
  }
});
