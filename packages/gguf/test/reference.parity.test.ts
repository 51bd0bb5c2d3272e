// Files of Python's `gguf`: read, rounded as it rounds, and written again byte for byte.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dequantize, type Gguf, ggufParts, parseGguf, quantize, type RoundedType, writeGguf } from "@qkv/gguf";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`golden/${name}.gguf`, import.meta.url)));

function numbers({ tensors }: Gguf, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no tensor called ${name}`);
  return dequantize(tensor.type, tensor.bytes);
}

test("metadata of every type is read", () => {
  const { version, metadata, alignment } = parseGguf(read("metadata"));
  expect([version, alignment]).toEqual([3, 64]);
  expect(metadata.get("general.versions")?.value).toMatch(/^gguf \d/);
  const values = [...metadata].filter(([key]) => key.startsWith("a."));
  expect(Object.fromEntries(values.map(([key, { type, value }]) => [key, [type, value]]))).toEqual({
    "a.uint8": ["uint8", 255],
    "a.int8": ["int8", -128],
    "a.uint16": ["uint16", 65535],
    "a.int16": ["int16", -32768],
    "a.uint32": ["uint32", 2 ** 32 - 1],
    "a.int32": ["int32", -(2 ** 31)],
    "a.uint64": ["uint64", 2n ** 64n - 1n],
    "a.int64": ["int64", -(2n ** 63n)],
    "a.float32": ["float32", 0.5],
    "a.float64": ["float64", 0.1],
    "a.bool": ["bool", true],
    "a.string": ["string", "größe 𝛼\0"],
    "a.small": ["uint64", 5],
    "a.texts": ["array", { of: "string", values: ["", "b", "가"] }],
    "a.numbers": ["array", { of: "int32", values: [1, -2, 3] }],
    "a.booleans": ["array", { of: "bool", values: [true, false] }],
    "a.nested": [
      "array",
      {
        of: "array",
        values: [
          { of: "int32", values: [1, 2] },
          { of: "int32", values: [3] },
        ],
      },
    ],
  });
});

test("tensors of numbers are read, shapes as PyTorch has them", () => {
  const file = parseGguf(read("metadata"));
  expect(file.tensors.get("three")?.shape).toEqual([2, 3, 4]);
  expect([...numbers(file, "three")]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  expect([...numbers(file, "bytes")]).toEqual([1, -2, 3]);
  expect([...numbers(file, "double")]).toEqual([Math.fround(0.1), -Infinity]);
  expect([...numbers(file, "long")]).toEqual([-5, 2 ** 40]);
  for (const name of ["int", "short"]) expect([...numbers(file, name)]).toEqual([-5, 7]);
});

test.each(["blocks", "rounded", "metadata"])(
  "%s.gguf is written again byte for byte, whole and in parts",
  async (name) => {
    const bytes = read(name);
    const { tensors, metadata } = parseGguf(bytes);
    expect(Buffer.compare(writeGguf(tensors, metadata), bytes)).toBe(0);
    const parts: Uint8Array[] = [];
    for await (const part of ggufParts(tensors, metadata)) parts.push(part);
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
  },
);

test.each<RoundedType>(["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"])("quantize rounds to %s bit for bit", (type) => {
  const file = parseGguf(read("rounded"));
  expect(quantize(type, numbers(file, "values"))).toEqual(file.tensors.get(type)?.bytes);
});

test.each<RoundedType>(["Q4_K", "Q6_K"])("quantize rounds to %s as ggml's C does, bit for bit", (type) => {
  const file = parseGguf(read("rounded_k"));
  const [values, expected] = [numbers(file, "values"), file.tensors.get(type)?.bytes as Uint8Array];
  const actual = quantize(type, values);
  const bytes = expected.length / (values.length / 256);
  for (let row = 0; row * bytes < expected.length; row++) {
    const at = [row * bytes, (row + 1) * bytes] as const;
    expect(actual.subarray(...at), `row ${row}`).toEqual(expected.subarray(...at));
  }
});
