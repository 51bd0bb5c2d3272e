import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DTYPE_BYTES, type Dtype } from "./dtype.ts";
import { parseSafetensors } from "./parse.ts";
import type { SafeTensor } from "./safeTensor.ts";
import { SafetensorsError } from "./safetensorsError.ts";
import { writeSafetensors } from "./write.ts";

/** A file with this header, whatever it says, and so many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (over: object = {}) => ({ dtype: "F32", shape: [2, 3], data_offsets: [0, 24], ...over });

const anyTensor: fc.Arbitrary<SafeTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(DTYPE_BYTES) as Dtype[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }) => {
    const size = shape.reduce((product, dim) => product * dim, DTYPE_BYTES[dtype]);
    return { dtype, shape, bytes: Uint8Array.from({ length: size }, (_, i) => (i * 7 + seed) % 256) };
  });
const anyName = fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__");
const anyTensors = fc.array(fc.tuple(anyName, anyTensor), { maxLength: 7 }).map((pairs) => new Map(pairs));

describe("parseSafetensors", () => {
  test("gives back what was written, bit for bit, aligned and without a copy", () => {
    fc.assert(
      fc.property(
        anyTensors,
        fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
        (tensors, metadata) => {
          const bytes = writeSafetensors(tensors, metadata);
          const parsed = parseSafetensors(bytes);
          expect(parsed.metadata).toEqual({ ...metadata });
          expect(new Map([...parsed.tensors].sort())).toEqual(new Map([...tensors].sort()));
          for (const tensor of parsed.tensors.values()) {
            expect(tensor.bytes.buffer).toBe(bytes.buffer);
            expect(tensor.bytes.byteOffset % DTYPE_BYTES[tensor.dtype]).toBe(0);
          }
        },
      ),
    );
  });

  test("any truncated or extended file is an error", () => {
    fc.assert(
      fc.property(anyTensors, fc.nat(), fc.integer({ min: 1, max: 9 }), (tensors, cut, extra) => {
        const bytes = writeSafetensors(tensors);
        expect(() => parseSafetensors(bytes.subarray(0, cut % bytes.length))).toThrow(SafetensorsError);
        const longer = new Uint8Array(bytes.length + extra);
        longer.set(bytes);
        expect(() => parseSafetensors(longer)).toThrow(SafetensorsError);
      }),
    );
  });

  test("any flipped byte of a header is an error or an honest file, never another exception", () => {
    const bytes = writeSafetensors({ "a.weight": { dtype: "F32", shape: [2, 3], bytes: new Uint8Array(24) } });
    fc.assert(
      fc.property(fc.nat(bytes.length - 25), fc.nat(255), (index, value) => {
        const flipped = bytes.slice();
        flipped[index] = value;
        try {
          parseSafetensors(flipped);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("reads a file at an odd offset of a larger buffer", () => {
    const bytes = writeSafetensors({ a: { dtype: "U8", shape: [3], bytes: Uint8Array.of(1, 2, 3) } });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect([...(parseSafetensors(larger.subarray(3)).tensors.get("a")?.bytes ?? [])]).toEqual([1, 2, 3]);
  });

  const longName = "n".repeat(1_000_000);
  test.each<[string, Uint8Array, string]>([
    ["nothing at all", new Uint8Array(0), "safetensors: expected at least 8 bytes, got 0"],
    [
      "a length beyond the limit",
      new Uint8Array(64).fill(255),
      "safetensors: expected a header of at most 100000000 bytes, got 18446744073709551615",
    ],
    [
      "a length beyond the file",
      file("{}").subarray(0, 9),
      "safetensors: expected a header of 2 bytes, got 1 before the end",
    ],
    ["a header that is no object", file("[]"), 'safetensors: expected a header that begins with {, got "["'],
    ["a header that is no JSON", file("{'a': 1}"), "safetensors: expected a header in JSON, got text that is not"],
    [
      "a header that is no UTF-8",
      file('{"\u0000').fill(0xff, 10),
      "safetensors: expected a header in UTF-8, got other bytes",
    ],
    [
      "a key twice",
      file(
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
      'safetensors: expected every name once in the header, got "a" twice',
    ],
    [
      "a field twice",
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'),
      'safetensors: expected every name once in the header, got "dtype" twice',
    ],
    ["metadata that is no object", file({ __metadata__: 3 }), "__metadata__: expected an object of strings, got 3"],
    ["metadata that is no text", file({ __metadata__: { a: 3 } }), "__metadata__.a: expected a string, got 3"],
    ["an entry that is no object", file({ w: [] }), "w: expected an object with dtype, shape and data_offsets, got []"],
    [
      "an unknown dtype",
      file({ w: entry({ dtype: "F4" }) }),
      'w: expected a dtype of BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64, got "F4"',
    ],
    [
      "a dtype of every object",
      file({ w: entry({ dtype: "toString" }) }),
      'w: expected a dtype of BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64, got "toString"',
    ],
    [
      "a negative dimension",
      file({ w: entry({ shape: [-2, -3] }) }),
      "w: expected a shape of whole numbers, got [-2,-3]",
    ],
    ["a fraction", file({ w: entry({ shape: [1.5, 4] }) }), "w: expected a shape of whole numbers, got [1.5,4]"],
    [
      "a number beyond counting",
      file('{"w":{"dtype":"F32","shape":[1e300],"data_offsets":[0,24]}}'),
      "w: expected a shape of whole numbers, got [1e+300]",
    ],
    ["a shape that is no list", file({ w: entry({ shape: "2" }) }), 'w: expected a shape of whole numbers, got "2"'],
    ["offsets that are no pair", file({ w: entry({ data_offsets: [0] }) }), "w: expected two data_offsets, got [0]"],
    [
      "offsets that run backwards",
      file({ w: entry({ data_offsets: [24, 0] }) }, 24),
      "w: expected 24 bytes for F32 [2,3], got -24",
    ],
    [
      "a shape that is too large for its bytes",
      file({ w: entry({ shape: [2, 5] }) }, 24),
      "w: expected 40 bytes for F32 [2,5], got 24",
    ],
    [
      "a product beyond counting",
      file({ w: entry({ shape: [2 ** 40, 2 ** 40] }) }, 24),
      "w: expected 4.835703278458517e+24 bytes for F32 [1099511627776,1099511627776], got 24",
    ],
    [
      "a gap at the start",
      file({ w: entry({ data_offsets: [8, 32] }) }, 32),
      "w: expected data that begins at byte 0, got a gap: it begins at byte 8",
    ],
    [
      "an overlap",
      file({ v: entry(), w: entry({ data_offsets: [20, 44] }) }, 44),
      "w: expected data that begins at byte 24, got an overlap: it begins at byte 20",
    ],
    [
      "data that ends too soon",
      file({ v: entry(), w: entry({ data_offsets: [24, 48] }) }, 40),
      "safetensors: expected a file of 170 bytes, got 162: it ends in w",
    ],
    [
      "data that nobody owns",
      file({ v: entry() }, 25),
      "safetensors: expected a file of 89 bytes, got 90: it ends after the last tensor",
    ],
    [
      "a name of a megabyte, twice",
      file(`{"${longName}":1,"${longName}":1}`),
      `safetensors: expected every name once in the header, got "${"n".repeat(76)}... twice`,
    ],
  ])("says what is wrong with %s", (_case, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(new SafetensorsError(message));
  });

  test("says what is wrong with a value nested beyond reason", () => {
    const nested = file(`{"w":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    // Node 26 is the first to make text of it
    const message =
      /^w: expected an object with dtype, shape and data_offsets, got (something too deep to show|\[{77}\.{3})$/;
    expect(() => parseSafetensors(nested)).toThrow(SafetensorsError);
    expect(() => parseSafetensors(nested)).toThrow(message);
  });

  test("a name like a property of every object is a name like any other", () => {
    const names = ["__proto__", "constructor", "toString"];
    const tensors = new Map(names.map((name) => [name, { dtype: "U8", shape: [1], bytes: Uint8Array.of(7) } as const]));
    expect([...parseSafetensors(writeSafetensors(tensors)).tensors.keys()].sort()).toEqual([...names].sort());
  });
});
