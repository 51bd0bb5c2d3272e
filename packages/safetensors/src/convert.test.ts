import fc from "fast-check";
import { expect, test } from "vitest";
import { toFloat32, toInt32 } from "./convert.ts";
import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "./half.ts";
import { safeTensor } from "./safeTensor.ts";

const halves = (...numbers: number[]): number[] => [...toFloat16(Float32Array.from(numbers))];

test("toFloat16 rounds to nearest even, with subnormals, infinities and NaN", () => {
  expect(halves(1, -2, 0, -0, 65504)).toEqual([0x3c00, 0xc000, 0, 0x8000, 0x7bff]);
  expect(halves(65519.99, 65520, -65520, Infinity)).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  expect(halves(2 ** -24, 2 ** -25, 2 ** -25 * 1.001, 3 * 2 ** -25)).toEqual([1, 0, 1, 2]);
  expect(halves(1 + 2 ** -11, 1 + 3 * 2 ** -11)).toEqual([0x3c00, 0x3c02]);
  expect(Number.isNaN(fromFloat16(toFloat16(Float32Array.of(NaN)))[0])).toBe(true);
});

test("every half survives the way there and back", () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const numbers = fromFloat16(all);
  const back = toFloat16(numbers);
  const brains = toBFloat16(fromBFloat16(all));
  const isNaNHalf = (half: number) => (half & 0x7fff) > 0x7c00;
  const isNaNBrain = (half: number) => (half & 0x7fff) > 0x7f80;
  expect(back).toEqual(all.map((half) => (isNaNHalf(half) ? half | 0x200 : half)));
  expect(brains).toEqual(all.map((half) => (isNaNBrain(half) ? half | 0x40 : half)));
});

test("no half is nearer than the one chosen", () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (x) => {
      const [half] = halves(x) as [number];
      const error = (bits: number) => Math.abs((fromFloat16(Uint16Array.of(bits))[0] as number) - x);
      for (const other of [half - 1, half + 1]) {
        if ((other & 0x7c00) !== 0x7c00 && other >= 0) expect(error(half)).toBeLessThanOrEqual(error(other));
      }
    }),
    { numRuns: 1000 },
  );
});

test("toFloat32 reads every dtype", () => {
  const of = (...numbers: number[]) => Float32Array.from(numbers);
  expect(toFloat32(safeTensor(of(1.5, -2), [2], "BF16"))).toEqual(of(1.5, -2));
  expect(toFloat32(safeTensor(of(1.5, -2), [2], "F16"))).toEqual(of(1.5, -2));
  expect(toFloat32(safeTensor(Float64Array.of(0.1), [1]))).toEqual(of(0.1));
  expect(toFloat32(safeTensor(BigInt64Array.of(-5n, 2n ** 40n, 3_000_000_000n), [3]))).toEqual(of(-5, 2 ** 40, 3e9));
  expect(toFloat32(safeTensor(BigUint64Array.of(2n ** 63n), [1]))).toEqual(of(2 ** 63));
  expect(toFloat32(safeTensor(Int8Array.of(-1), [1]))).toEqual(of(-1));
  expect(toFloat32(safeTensor(Uint16Array.of(65535), [1]))).toEqual(of(65535));
  expect(toFloat32(safeTensor(Uint32Array.of(2 ** 31), [1]))).toEqual(of(2 ** 31));
  expect(toFloat32(safeTensor(Uint8Array.of(0, 1), [2], "BOOL"))).toEqual(of(0, 1));
});

test("toFloat32 writes into an array that is given, and nowhere else in its buffer", () => {
  const floats = Float32Array.of(-2, 1);
  const all = [floats, Float64Array.from(floats), Int8Array.from(floats), BigInt64Array.of(-2n, 1n)] as const;
  const halves = (["F16", "BF16"] as const).map((dtype) => safeTensor(floats, [2], dtype));
  for (const tensor of [...all.map((data) => safeTensor(data, [2])), ...halves]) {
    const buffer = new Float32Array(4).fill(9);
    const into = buffer.subarray(1, 3);
    expect(toFloat32(tensor, into), tensor.dtype).toBe(into);
    expect([...buffer], tensor.dtype).toEqual([9, -2, 1, 9]);
  }
});

test.each([1, 3])("toFloat32 refuses an array of %d for two elements", (length) => {
  const tensor = safeTensor(Float32Array.of(-2, 1), [2], "F16");
  expect(() => toFloat32(tensor, new Float32Array(length))).toThrow(
    `toFloat32: expected an array for 2 elements, got one of ${length}`,
  );
});

test("aligned float32 data is not copied, unaligned data is", () => {
  const buffer = new Uint8Array(12);
  const at = (offset: number) => toFloat32({ dtype: "F32", shape: [2], bytes: buffer.subarray(offset, offset + 8) });
  expect(at(4).buffer).toBe(buffer.buffer);
  expect(at(1).buffer).not.toBe(buffer.buffer);
});

test("toInt32 reads integers exactly or not at all", () => {
  expect(toInt32(safeTensor(BigInt64Array.of(-1n, 2n ** 31n - 1n, -(2n ** 31n)), [3]))).toEqual(
    Int32Array.of(-1, 2 ** 31 - 1, -(2 ** 31)),
  );
  expect(toInt32(safeTensor(Int16Array.of(-7), [1]))).toEqual(Int32Array.of(-7));
  expect(() => toInt32(safeTensor(BigInt64Array.of(0n, 2n ** 31n), [2]))).toThrow(
    "toInt32: expected integers of 32 bits, got a larger one at element 1",
  );
  expect(() => toInt32(safeTensor(Uint32Array.of(2 ** 31), [1]))).toThrow("at element 0");
  expect(() => toInt32(safeTensor(Float32Array.of(1), [1]))).toThrow("toInt32: expected a tensor of integers, got F32");
});
