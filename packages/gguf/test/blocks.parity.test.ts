// The values of every format, held against Python's `gguf` bit for bit.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  dequantize,
  GGML_TYPES,
  type GgufTensor,
  isQuantized,
  packBlocks,
  parseGguf,
  quantizedGroups,
} from "@qkv/gguf";

const { tensors } = parseGguf(new Uint8Array(readFileSync(new URL("golden/blocks.gguf", import.meta.url))));
const names = [...tensors.keys()].filter((name) => !name.endsWith(".values"));

function get(name: string): GgufTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no tensor called ${name}`);
  return tensor;
}

/** The bits of numbers, every NaN with the same ones. */
function bits(values: Float32Array): Uint32Array {
  const same = values.map((value) => (Number.isNaN(value) ? NaN : value));
  return new Uint32Array(same.buffer);
}

describe.each(names)("%s", (name) => {
  const { type, bytes } = get(name);
  const expected = dequantize("F32", get(`${name}.values`).bytes);

  test("has the values of the reference, bit for bit", () => {
    expect(type).toBe(name);
    expect(bits(dequantize(type, bytes))).toEqual(bits(expected));
  });

  test("is value = scale * (code - zero) + offset, with codes in their range", () => {
    if (!isQuantized(type)) return;
    const { bits: width, groupSize, codes, zero, scales, offsets } = quantizedGroups(type, bytes);
    expect(codes).toBeInstanceOf(width === 4 ? Uint8Array : Int8Array);
    if (width === 4) expect(Math.max(...codes)).toBeLessThan(16);
    const values = Float32Array.from(codes, (code, i) => {
      const group = Math.floor(i / groupSize);
      const product = Math.fround((scales[group] ?? NaN) * (code - zero));
      return offsets === undefined ? product : product + (offsets[group] ?? NaN);
    });
    expect(bits(values)).toEqual(bits(expected));
  });

  test("is packed again to blocks of the same values, which come back bit for bit", () => {
    if (!isQuantized(type)) return;
    const { blockSize, blockBytes } = GGML_TYPES[type];
    const finite: number[] = [];
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes);
      const values = dequantize(type, block);
      const packed = packBlocks(type, quantizedGroups(type, block));
      if (!values.every(Number.isFinite)) continue;
      finite.push(at);
      expect(packed, `block at ${at}`).toBeDefined();
      const again = dequantize(type, packed as Uint8Array);
      if (/^Q._.$|NL/.test(type) && !/K/.test(type)) expect(packed).toEqual(block);
      expect(again.map((value) => value + 0)).toEqual(values.map((value) => value + 0)); // a zero has no sign of its own
      expect(packBlocks(type, quantizedGroups(type, packed as Uint8Array))).toEqual(packed);
    }
    expect(finite.length * blockSize).toBeGreaterThan(300);
  });

  test("is unpacked run by run into the same arrays", () => {
    if (!isQuantized(type)) return;
    const whole = quantizedGroups(type, bytes);
    const half = bytes.length / 2;
    const first = quantizedGroups(type, bytes.subarray(0, half));
    const second = quantizedGroups(type, bytes.subarray(half), whole);
    expect(second.codes.buffer).toBe(whole.codes.buffer);
    expect(second).toEqual(quantizedGroups(type, bytes.subarray(half)));
    expect(() => quantizedGroups(type, bytes, first)).toThrow("quantizedGroups: expected room for");
  });
});
