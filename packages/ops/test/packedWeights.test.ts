import {
  type CodeFormat,
  type CodeGroups,
  denseOf,
  embedding,
  linear,
  packCodes,
  packHalfParts,
  packHalves,
  type PackedTensor,
  type Weight,
} from "@qkv/ops";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

/** Whole numbers that look random, the same on each run. */
function* noise(seed: number): Generator<number, never> {
  let state = seed + 1;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

function codesOf({ bits, groupSize, zero, hasOffsets }: CodeFormat, size: number, seed: number): CodeGroups {
  const numbers = noise(seed);
  const next = (below: number) => numbers.next().value % below;
  const groups = size / groupSize;
  const codes =
    bits === 8
      ? Int8Array.from({ length: size }, () => next(256) - 128)
      : Uint8Array.from({ length: size }, () => next(16));
  const scales = Float32Array.from({ length: groups }, () => (next(1000) - 300) / (bits === 8 ? 1e5 : 1e4));
  const offsets = Float32Array.from({ length: groups }, () => (next(1000) - 500) / 1000);
  return { bits, groupSize, codes, zero, scales, ...(hasOffsets && { offsets }) };
}

/** What the codes mean, number by number. */
function numbersOf({ codes, zero, groupSize, scales, offsets }: CodeGroups): Float32Array {
  return Float32Array.from(codes, (code, i) => {
    const group = Math.floor(i / groupSize);
    const scaled = Math.fround((scales[group] as number) * (code - zero));
    return offsets === undefined ? scaled : scaled + (offsets[group] as number);
  });
}

/** Halves of every kind but the infinite: subnormal ones and both zeros too. */
function halvesOf(format: "f16" | "bf16", size: number): Uint16Array {
  const numbers = noise(7);
  const [top, odd] = format === "f16" ? [0x3800, 0x0155] : [0x3f00, 0x0071];
  return Uint16Array.from({ length: size }, (_, i) => {
    const sign = (numbers.next().value & 1) << 15;
    if (i % 11 === 0) return sign | (i % 22 === 0 ? 0 : odd);
    const least = format === "f16" ? 0x2000 : 0x3c00;
    return sign | (least + (numbers.next().value % (top - least)));
  });
}

/** What the halves mean, number by number. */
function floatsOf(format: "f16" | "bf16", halves: Uint16Array): Float32Array {
  const [exponentBits, bias] = format === "f16" ? [5, 15] : [8, 127];
  return Float32Array.from(halves, (half) => {
    const sign = half < 0x8000 ? 1 : -1;
    const exponent = (half & 0x7fff) >> (15 - exponentBits);
    const mantissa = (half & ((1 << (15 - exponentBits)) - 1)) / 2 ** (15 - exponentBits);
    return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias));
  });
}

function weightOf({ shape, format, data }: PackedTensor): Weight {
  return { shape: [...shape], kind: "matrix", format, parts: { data }, adapter: undefined };
}

const CODE_FORMATS: readonly CodeFormat[] = [8, 4].flatMap((bits) =>
  [32, 16].flatMap((groupSize) =>
    [true, false].map((hasOffsets) => ({
      bits: bits as 8 | 4,
      groupSize: groupSize as 32 | 16,
      zero: hasOffsets ? 0 : bits === 4 ? 8 : -3,
      hasOffsets,
    })),
  ),
);
const HALVES = ["f16", "bf16"] as const;

/** A packed weight, and its numbers as the format defines them. */
async function packed(
  format: CodeFormat | "f16" | "bf16",
  shape: readonly [number, number],
): Promise<{ readonly weight: Weight; readonly numbers: Float32Array }> {
  const size = shape[0] * shape[1];
  if (typeof format === "string") {
    const halves = halvesOf(format, size);
    return { weight: weightOf(packHalves(format, halves, shape)), numbers: floatsOf(format, halves) };
  }
  const groups = codesOf(format, size, 3);
  return { weight: weightOf(await packCodes(format, [groups], shape)), numbers: numbersOf(groups) };
}

/** The largest difference, as a share of the largest number. */
async function errorOf(actual: tf.Tensor, expected: tf.Tensor): Promise<number> {
  const [a, b] = (await Promise.all([actual.data(), expected.data()])) as Float32Array[] as [
    Float32Array,
    Float32Array,
  ];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0) / largest;
}

const nameOf = (format: CodeFormat | string) =>
  typeof format === "string"
    ? format
    : `${format.bits} bits in ${format.groupSize}s${format.hasOffsets ? " with offsets" : ""}`;
const ALL = [...CODE_FORMATS, ...HALVES].map((format) => [nameOf(format), format] as const);

describeBackends("packed weights", (backend) => {
  // A GPU may multiply and add in one step, which rounds once instead of twice. Everything else is to the bit.
  const roundingOf = (format: CodeFormat | string) =>
    backend === "webgpu" && typeof format === "object" && format.hasOffsets
      ? { atol: 1e-7, rtol: 1e-6 }
      : { atol: 0, rtol: 0 };

  test.each(CODE_FORMATS.map((format) => [nameOf(format), format] as const))(
    "%s: denseOf gives the numbers to the bit, however many rows there are",
    (_, format) =>
      expectNoLeaks(async () => {
        for (const rows of [1, 3, 4, 10]) {
          const groups = codesOf(format, rows * 96, rows);
          const weight = weightOf(await packCodes(format, [groups], [rows, 96]));
          const dense = denseOf(weight);
          await expectClose(dense, { shape: [rows, 96], data: numbersOf(groups) }, roundingOf(format));
          tf.dispose([dense, weight.parts.data]);
        }
      }),
  );

  test("codes with offsets and a zero are refused: the offsets are to have its share", async () => {
    const format = { bits: 4, groupSize: 32, zero: 8, hasOffsets: true } as const;
    await expect(packCodes(format, [codesOf(format, 64, 1)], [2, 32])).rejects.toThrow(
      "packCodes: expected a zero of 0 where there are offsets, got 8",
    );
  });

  test.each(HALVES)("%s: denseOf gives the numbers to the bit, however many columns there are", (format) =>
    expectNoLeaks(async () => {
      for (const columns of [1, 5, 8, 33]) {
        const halves = halvesOf(format, 3 * columns);
        const weight = weightOf(packHalves(format, halves, [3, columns]));
        const dense = denseOf(weight);
        expect(await dense.data()).toEqual(floatsOf(format, halves));
        tf.dispose([dense, weight.parts.data]);
      }
    }),
  );

  test.each(HALVES)("%s: parts make the words that all halves at once make, from memory that is used again", (format) =>
    expectNoLeaks(async () => {
      const halves = halvesOf(format, 33);
      const memory = new Uint16Array(6);
      function* parts() {
        for (let start = 0; start < 33; start += 6) {
          const part = halves.subarray(start, start + 6);
          memory.set(part);
          yield memory.subarray(0, part.length);
        }
      }
      const whole = packHalves(format, halves, [3, 11]);
      const streamed = await packHalfParts(format, parts(), [3, 11]);
      expect(await streamed.data.data()).toEqual(await whole.data.data());
      tf.dispose([whole.data, streamed.data]);
    }),
  );

  test("parts of halves that are odd, too few, too many or not finite are refused, and leave nothing behind", () =>
    expectNoLeaks(async () => {
      const part = (...halves: number[]) => Uint16Array.from(halves);
      const pack = (...parts: Uint16Array[]) => packHalfParts("f16", parts, [1, 4]);
      await expect(pack(part(1), part(2, 3, 4))).rejects.toThrow("expected 4 halves in parts of even numbers, got 4");
      await expect(pack(part(1, 2))).rejects.toThrow("packHalfParts: expected 4 halves, got 2");
      await expect(pack(part(1, 2, 3, 4, 5))).rejects.toThrow("expected 4 halves");
      await expect(pack(part(1, 2, 3, 0x7c00))).rejects.toThrow("expected finite numbers");
    }));

  test.each(ALL)("%s: linear is the product with the numbers, to the rounding of x", (_, format) =>
    expectNoLeaks(async () => {
      // 8 rows and fewer are multiplied as they are; more are unpacked on the way, on a GPU in tiles of 32.
      for (const [rows, from, to] of [
        [1, 64, 12],
        [2, 96, 7],
        [3, 2112, 6],
        [7, 32, 9],
        [8, 32, 30],
        [9, 288, 13],
        [33, 608, 41],
        [70, 64, 36],
      ] as const) {
        const { weight, numbers } = await packed(format, [to, from]);
        const [x, bias] = [wave([rows, from], 1), wave([to], 2)];
        const [actual, expected] = tf.tidy(() => {
          const dense = tf.tensor(numbers, [to, from]);
          return [linear(x, weight, bias, "relu"), linear(x, dense, bias, "relu")] as const;
        });
        const isRounded = backend === "wasm" && rows <= 8 && typeof format !== "string";
        const most = !isRounded ? 2e-6 : format.bits === 8 ? 1e-4 : 2e-2;
        expect(await errorOf(actual, expected), `${rows} rows`).toBeLessThan(most);
        tf.dispose([x, bias, actual, expected, weight.parts.data]);
      }
    }),
  );

  test.each(HALVES)("%s: linear takes rows of any length", (format) =>
    expectNoLeaks(async () => {
      for (const [rows, from, to] of [
        [1, 37, 3],
        [2, 6, 5],
        [9, 45, 7],
        [33, 70, 34],
      ] as const) {
        const { weight, numbers } = await packed(format, [to, from]);
        const x = wave([rows, from], 1);
        const [actual, expected] = tf.tidy(
          () => [linear(x, weight), linear(x, tf.tensor(numbers, [to, from]))] as const,
        );
        expect(await errorOf(actual, expected), `${rows} rows`).toBeLessThan(2e-6);
        tf.dispose([x, actual, expected, weight.parts.data]);
      }
    }),
  );

  test.each(ALL)("%s: gradients to x are those with the numbers", (_, format) =>
    expectNoLeaks(async () => {
      for (const [rows, from, to] of [
        [1, 64, 7],
        [9, 96, 12],
        [33, 32, 70],
        ...(typeof format === "string" ? ([[5, 37, 9]] as const) : []),
      ] as const) {
        const { weight, numbers } = await packed(format, [to, from]);
        const [x, dy, bias] = [wave([1, rows, from], 1), wave([1, rows, to], 2), wave([to], 3)];
        const gradient = (of: Weight | tf.Tensor) => tf.grad((x) => linear(x, of, bias))(x, dy);
        const [actual, expected] = tf.tidy(() => [gradient(weight), gradient(tf.tensor(numbers, [to, from]))] as const);
        expect(actual.shape).toEqual(x.shape);
        expect(await errorOf(actual, expected), `${rows} rows`).toBeLessThan(2e-6);
        tf.dispose([x, dy, bias, actual, expected, weight.parts.data]);
      }
    }),
  );

  test.each(ALL)("%s: embedding gives the rows of its ids, and refuses others", (_, format) =>
    expectNoLeaks(async () => {
      const { weight, numbers } = await packed(format, [9, 64]);
      const ids = tf.tensor2d([[8, 0, 3], [3, 5, 7]], undefined, "int32"); // prettier-ignore
      const actual = embedding(weight, ids);
      const rows = [8, 0, 3, 3, 5, 7].flatMap((id) => [...numbers.subarray(64 * id, 64 * (id + 1))]);
      await expectClose(actual, { shape: [2, 3, 64], data: rows }, roundingOf(format));
      const bad = tf.tensor2d([[9, -1]], undefined, "int32");
      if (backend === "webgpu") {
        const none = embedding(weight, bad); // whose ids are on the GPU
        expect([...(await none.data())].every(Number.isNaN)).toBe(true);
        none.dispose();
      } else expect(() => embedding(weight, bad)).toThrow("embedding: expected ids from 0 to 8, got 9");
      tf.dispose([ids, bad, actual, weight.parts.data]);
    }),
  );

  test.each(ALL)("%s: gradients pass to x, the bias and an adapter", (_, format) =>
    expectNoLeaks(async () => {
      const { weight } = await packed(format, [12, 64]);
      const [x, bias, a, b] = [wave([9, 64], 1), wave([12], 2), wave([2, 64], 3), wave([12, 2], 4)];
      weight.adapter = { a, b, scale: 0.5 };
      // Nine rows are multiplied by the very numbers; of eight and fewer, rounding has no slope.
      await checkGradients(
        (x, bias, a, b) => {
          weight.adapter = { a, b, scale: 0.5 } as Weight["adapter"];
          return linear(x as tf.Tensor, weight, bias as tf.Tensor);
        },
        [x, bias, a, b],
      );
      tf.dispose([x, bias, a, b, weight.parts.data]);
    }),
  );

  test("a row that is no number, infinite, tiny or zero is as it would be with floats", () =>
    expectNoLeaks(async () => {
      const { weight } = await packed(CODE_FORMATS[0] as CodeFormat, [4, 32]);
      for (const [value, isExpected] of [
        [Number.NaN, Number.isNaN],
        [Infinity, (y: number) => !Number.isFinite(y)],
        [1e-38, (y: number) => Math.abs(y) < 1e-30],
        [0, (y: number) => y === 0],
      ] as const) {
        const x = tf.fill([1, 32], value);
        const y = linear(x, weight);
        expect([...(await y.data())].every(isExpected), `${value}`).toBe(true);
        tf.dispose([x, y]);
      }
      weight.parts.data.dispose();
    }));
});
