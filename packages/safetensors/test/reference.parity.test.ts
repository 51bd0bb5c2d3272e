import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  parseSafetensors,
  type SafeTensor,
  safeTensor,
  toBFloat16,
  toFloat16,
  toFloat32,
  toInt32,
  writeSafetensors,
} from "@qkv/safetensors";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`golden/${name}.safetensors`, import.meta.url)));

function get(tensors: ReadonlyMap<string, SafeTensor>, name: string): SafeTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no tensor called ${name}`);
  return tensor;
}

describe("files of the reference implementation", () => {
  const bytes = read("mixed");
  const { tensors, metadata } = parseSafetensors(bytes);

  test("are read", () => {
    expect(metadata["versions"]).toMatch(/safetensors \d/);
    expect([...toInt32(get(tensors, "ids"))]).toEqual([0, -1, 2 ** 31 - 1, 3, 4, -(2 ** 31)]);
    expect(get(tensors, "ids").shape).toEqual([2, 3]);
    expect([...toFloat32(get(tensors, "half"))]).toEqual([1, -2.5, 65504]);
    expect([...toFloat32(get(tensors, "mask"))]).toEqual([1, 0, 1]);
    for (const name of ["int", "short", "byte"])
      expect([...toInt32(get(tensors, name))]).toEqual([-3, -2, -1, 0, 1, 2]);
    expect([...toFloat32(get(tensors, "scalar"))]).toEqual([7]);
    expect([...toFloat32(get(tensors, 'a "quoted"\\\n\u007f name'))]).toEqual([2.5]);
    expect([...toFloat32(get(tensors, "größe.𝛼"))]).toEqual([1.5]);
    expect(get(tensors, "empty")).toMatchObject({ dtype: "F32", shape: [0, 3] });
  });

  test("are written again byte for byte", () => {
    expect(writeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(bytes);
  });
});

test("8-bit floats are PyTorch's, every one of them, and are written again byte for byte", () => {
  const bytes = read("eighths");
  const { tensors, metadata } = parseSafetensors(bytes);
  for (const name of ["e4m3", "e5m2"]) {
    expect(get(tensors, name).bytes).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
    expect(toFloat32(get(tensors, name)), name).toEqual(toFloat32(get(tensors, `${name} as floats`)));
  }
  expect(writeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(bytes);
  const made = safeTensor(get(tensors, "e4m3").bytes, [16, 16], "F8_E4M3");
  expect(made).toMatchObject({ dtype: "F8_E4M3", shape: [16, 16] });
  expect(toFloat32(made)[127]).toBeNaN();
});

test("halves equal PyTorch's, bit for bit", () => {
  const { tensors } = parseSafetensors(read("halves"));
  const numbers = toFloat32(get(tensors, "float32"));
  for (const [name, round] of [
    ["float16", toFloat16],
    ["bfloat16", toBFloat16],
  ] as const) {
    const { bytes } = get(tensors, name);
    expect(round(numbers)).toEqual(new Uint16Array(bytes.slice().buffer));
  }
});
