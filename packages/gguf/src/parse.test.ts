import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GGML_TYPES, type GgmlType } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import type { MetadataValue } from "./header/metadata.ts";
import { parseGguf } from "./parse.ts";
import { ByteSink } from "./writing/byteSink.ts";
import { type MetadataToWrite, writePair } from "./writing/writeMetadata.ts";
import { writeGguf } from "./writing/write.ts";

const MAGIC = 0x46554747;

interface Lies {
  readonly magic?: number;
  readonly version?: number;
  readonly tensors?: bigint | number;
  readonly pairs?: bigint | number;
  readonly metadata?: readonly (readonly [string, MetadataValue])[];
  /** Bytes in the place of metadata. */
  readonly raw?: (sink: ByteSink) => void;
  readonly infos?: readonly {
    name?: string;
    shape?: readonly (number | bigint)[];
    type?: number;
    offset?: number | bigint;
  }[];
  readonly data?: number;
}

/** A file that says what it is told to. */
function file({ magic = MAGIC, version = 3, metadata = [], raw, infos = [], data = 0, ...counts }: Lies): Uint8Array {
  const sink = new ByteSink();
  sink.uint32(magic);
  sink.uint32(version);
  sink.uint64(counts.tensors ?? infos.length);
  sink.uint64(counts.pairs ?? metadata.length + (raw ? 1 : 0));
  for (const [key, value] of metadata) writePair(sink, key, value);
  raw?.(sink);
  for (const { name = "w", shape = [4], type = 0, offset = 0 } of infos) {
    sink.string(name);
    sink.uint32(shape.length);
    for (const size of shape) sink.uint64(size);
    sink.uint32(type);
    sink.uint64(offset);
  }
  sink.align(32);
  for (let i = 0; i < data; i += 4) sink.uint32(0);
  return sink.bytes.slice();
}

const nested = (depth: number) => (sink: ByteSink) => {
  sink.string("deep");
  sink.uint32(9);
  for (let i = 0; i < depth; i++) {
    sink.uint32(9);
    sink.uint64(1);
  }
};

/** A key whose bytes are not UTF-8. */
const badKey = (sink: ByteSink) => {
  sink.uint64(2);
  sink.append(2, (view) => view.setUint16(0, 0xffff));
};

const two = (second: object) => [
  { name: "a", shape: [4] },
  { name: "b", shape: [4], ...second },
];

describe("parseGguf refuses", () => {
  test.each<[string, Uint8Array, string]>([
    ["nothing at all", new Uint8Array(0), "x.gguf: GGUF: expected 4 bytes at byte 0, got 0 before the end"],
    [
      "another file",
      file({ magic: 0x04034b50 }),
      'x.gguf: expected a file that begins with "GGUF", got "PK\\u0003\\u0004"',
    ],
    ["version 1", file({ version: 1 }), "x.gguf: expected GGUF of version 2 or 3, got version 1"],
    ["a version to come", file({ version: 4 }), "x.gguf: expected GGUF of version 2 or 3, got version 4"],
    ["a big-endian file", file({ version: 0x03000000 }), "x.gguf: expected a little-endian file, got a big-endian one"],
    [
      "more tensors than a number holds",
      file({ tensors: 2n ** 64n - 1n }),
      "x.gguf: the number of tensors: expected a count that a file can hold, got 18446744073709551615",
    ],
    [
      "more tensors than bytes",
      file({ tensors: 2 ** 40 }),
      "x.gguf: the number of tensors: expected 26388279066624 bytes",
    ],
    ["more keys than bytes", file({ pairs: 2 ** 40 }), "x.gguf: the number of keys: expected 14293651161088 bytes"],
    ["a key that is no UTF-8", file({ raw: badKey }), "x.gguf: key 1 of 1: expected text in UTF-8, got other bytes"],
    [
      "a key twice",
      file({
        metadata: [
          ["a", { type: "bool", value: true }],
          ["a", { type: "bool", value: true }],
        ],
      }),
      'x.gguf: expected every key once, got "a" twice',
    ],
    [
      "a value of a type to come",
      file({ raw: (sink) => (sink.string("k"), sink.uint32(13)) }),
      "x.gguf: k: expected a value of type 0 to 12, got type 13",
    ],
    [
      "a bool of 2",
      file({ raw: (sink) => (sink.string("k"), sink.uint32(7), sink.append(1, (view) => view.setUint8(0, 2))) }),
      "x.gguf: k: expected a bool of 0 or 1, got 2",
    ],
    [
      "an array longer than the file",
      file({ raw: (sink) => (sink.string("k"), sink.uint32(9), sink.uint32(4), sink.uint64(2 ** 50)) }),
      "x.gguf: k: expected 4503599627370496 bytes at byte 49, got",
    ],
    [
      "a text longer than the file",
      file({ raw: (sink) => (sink.string("k"), sink.uint32(8), sink.uint64(2 ** 50)) }),
      "x.gguf: k: expected 1125899906842624 bytes at byte 45, got",
    ],
    [
      "arrays a million deep",
      file({ raw: nested(1_000_000) }),
      "x.gguf: deep: expected arrays nested at most 8 deep, got more",
    ],
    [
      "an alignment that is no power of two",
      file({ metadata: [["general.alignment", { type: "uint32", value: 48 }]] }),
      "x.gguf: general.alignment: expected a power of two of type uint32, got 48",
    ],
    [
      "an alignment that is text",
      file({ metadata: [["general.alignment", { type: "string", value: "32" }]] }),
      "x.gguf: general.alignment: expected a power of two of type uint32, got a value of type string",
    ],
    [
      "a tensor twice",
      file({ infos: two({ name: "a" }), data: 64 }),
      'x.gguf: expected every tensor once, got "a" twice',
    ],
    [
      "five dimensions",
      file({ infos: [{ shape: [1, 1, 1, 1, 4] }] }),
      "x.gguf: w: expected at most 4 dimensions, got 5",
    ],
    [
      "a size beyond numbers",
      file({ infos: [{ shape: [2n ** 63n] }] }),
      "x.gguf: w: expected sizes that a file can hold, got 9223372036854775808",
    ],
    [
      "sizes whose product is beyond numbers",
      file({ infos: [{ shape: [2 ** 32, 2 ** 32] }] }),
      "x.gguf: w: expected a tensor that a file can hold, got [4294967296,4294967296]",
    ],
    [
      "a type that is not read here",
      file({ infos: [{ type: 34, shape: [256] }] }),
      /w: expected a tensor of F32, .*got TQ1_0 \(type 34\)/.source,
    ],
    ["a type to come", file({ infos: [{ type: 99 }] }), "got type 99, which is not known here"],
    [
      "rows that are no whole blocks",
      file({ infos: [{ type: 8, shape: [33, 32] }] }),
      "x.gguf: w: expected rows of whole blocks of 32 values for Q8_0, got [32,33]",
    ],
    [
      "an offset beyond numbers",
      file({ infos: [{ offset: 2n ** 63n }] }),
      "x.gguf: w: expected an offset inside the file, got 9223372036854775808",
    ],
    [
      "an offset that is not aligned",
      file({ infos: two({ offset: 16 }), data: 64 }),
      "x.gguf: b: expected data at byte 32, behind a, got an offset that is not aligned: byte 16",
    ],
    [
      "tensors that overlap",
      file({
        infos: [
          { name: "a", shape: [16] },
          { name: "b", offset: 32 },
        ],
        data: 128,
      }),
      "x.gguf: b: expected data at byte 64, behind a, got an overlap: byte 32",
    ],
    [
      "a gap",
      file({ infos: two({ offset: 64 }), data: 128 }),
      "x.gguf: b: expected data at byte 32, behind a, got a gap: byte 64",
    ],
    [
      "data that is cut off",
      file({ infos: two({ offset: 32 }), data: 40 }),
      "x.gguf: b: expected 16 bytes from byte 128 to 144, got a file that ends at byte 136",
    ],
  ])("%s", (what, bytes, message) => {
    const pattern = what === "a type that is not read here" ? new RegExp(message) : message;
    expect(() => parseGguf(bytes, "x.gguf")).toThrow(pattern);
    expect(() => parseGguf(bytes, "x.gguf")).toThrow(GgufError);
  });
});

const small = writeGguf(
  {
    "a.weight": { shape: [2, 32], type: "Q8_0", bytes: new Uint8Array(68).fill(7) },
    b: { shape: [3], type: "F32", bytes: new Uint8Array(12) },
  },
  {
    "general.architecture": "llama",
    n: { type: "uint32", value: 7 },
    t: { type: "array", value: { of: "string", values: ["a", "ä"] } },
  },
);

test("every truncation of a file is an error", () => {
  const end = small.length - 20; // b's 12 bytes are padded to 32
  expect(() => parseGguf(small.subarray(0, end))).not.toThrow();
  for (let length = 0; length < end; length++) {
    expect(() => parseGguf(small.subarray(0, length)), `${length}`).toThrow(GgufError);
  }
});

test("any flipped bytes are an error or an honest file, never another exception", () => {
  const flips = fc.array(fc.tuple(fc.nat(small.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(flips, (changes) => {
      const bytes = small.slice();
      for (const [index, value] of changes) bytes[index] = value;
      try {
        parseGguf(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(GgufError);
      }
    }),
    { numRuns: 3000 },
  );
});

test("gives back what was written, at any offset of a larger buffer", () => {
  const types = Object.keys(GGML_TYPES) as GgmlType[];
  const anyTensor = fc.record({ type: fc.constantFrom(...types), rows: fc.nat(3), blocks: fc.nat(2) }).map((made) => {
    const { blockSize, blockBytes } = GGML_TYPES[made.type];
    const bytes = Uint8Array.from({ length: made.rows * made.blocks * blockBytes }, (_, i) => i % 251);
    return { type: made.type, shape: [made.rows, made.blocks * blockSize], bytes };
  });
  const text = fc.string({ unit: "grapheme" });
  const anyTensors = fc.array(fc.tuple(text, anyTensor), { maxLength: 5 }).map((pairs) => new Map(pairs));
  const anyMetadata = fc.array(fc.tuple(text, fc.oneof(text, fc.boolean())), { maxLength: 5 });
  fc.assert(
    fc.property(anyTensors, anyMetadata, fc.nat(9), (tensors, pairs, shift) => {
      const metadata = Object.fromEntries(pairs.filter(([key]) => key !== "general.alignment")) as MetadataToWrite;
      const bytes = writeGguf(tensors, metadata);
      const larger = new Uint8Array(bytes.length + shift);
      larger.set(bytes, shift);
      const parsed = parseGguf(larger.subarray(shift));
      expect([...parsed.tensors]).toEqual([...tensors]);
      expect([...parsed.metadata].map(([key, { value }]) => [key, value])).toEqual(Object.entries(metadata));
    }),
  );
});
