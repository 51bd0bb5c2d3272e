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
import { linear, packCodes, packHalves, type PackedTensor, type Weight } from "@qkv/ops";
import { Block } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, test, vi } from "vitest";

vi.mock("@qkv/backend-native", async (original) => {
  const actual = await original<{ readonly addonPath: typeof addonPath }>();
  return { addonPath: vi.fn(actual.addonPath) };
});

const missing = whyMissing();

function whyMissing(): string | undefined {
  try {
    addonPath();
    return undefined;
  } catch (error) {
    return (error as Error).message;
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
afterEach(() => rmSync(damaged, { force: true }));

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

/** Products of every kind and size, and a layer of a transformer, forwards and backwards. */
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
    const x = random([2, 35, 32], 7);
    const loss = (x: tf.Tensor) => tf.sum<tf.Scalar>(tf.square(layer.forward(x as tf.Tensor3D)));
    return [...products, ...packed, shifted, layer.forward(x as tf.Tensor3D), tf.grad(loss)(x)];
  });
  params.dispose();
  tf.dispose(weights.map(({ parts }) => parts.data));
  const values = await Promise.all(found.map(async (tensor) => (await tensor.data()) as Float32Array));
  tf.dispose(found);
  return values;
}

function expectClose(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  for (const [i, values] of actual.entries()) {
    const size = Math.max(...values.map(Math.abs));
    const difference = Math.max(...values.map((value, j) => Math.abs(value - (expected[i]?.[j] ?? Number.NaN))));
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
  expect(report.nativeFallbackReason).toMatch(/^a native product came out wrong: expected \d+ at 8617, got \d+$/);
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
