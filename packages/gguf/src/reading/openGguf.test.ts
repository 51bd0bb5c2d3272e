import { expect, test } from "vitest";
import { dequantize } from "../dequantize.ts";
import { GgufError } from "../ggufError.ts";
import type { MetadataValue } from "../header/metadata.ts";
import { parseGguf } from "../parse.ts";
import { writeGguf } from "../writing/write.ts";
import { openGguf } from "./openGguf.ts";
import { readGgufHeader } from "./readRange.ts";
import { shardNames } from "./shards.ts";

const floats = (...values: number[]) => ({
  shape: [values.length],
  type: "F32" as const,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
const whole = (value: number): MetadataValue => ({ type: "uint16", value });
const split = (no: number, count: number, total = 2) => ({
  "split.no": whole(no),
  "split.count": whole(count),
  "split.tensors.count": whole(total),
});

/** Files in memory, and the ranges that were read of them. */
function folder(files: Readonly<Record<string, Uint8Array>>) {
  const ranges: (readonly [number, number])[] = [];
  const open = (file: string) => {
    const bytes = files[file];
    if (bytes === undefined) throw new Error(`no ${file}`);
    const read = (start: number, end: number) => {
      ranges.push([start, end]);
      return Promise.resolve(bytes.subarray(start, end));
    };
    return { read, size: bytes.length };
  };
  return { open, ranges };
}

const [first = "", second = ""] = shardNames("m-00001-of-00002.gguf");
const shards = {
  [first]: writeGguf({ a: floats(1, 2) }, { "general.architecture": "llama", ...split(0, 2) }),
  [second]: writeGguf({ b: floats(3) }, split(1, 2)),
};

test("a header of several windows is read as far as it goes, and each tensor where it stands", async () => {
  const texts = {
    type: "array",
    value: { of: "string", values: Array.from({ length: 200_000 }, (_, i) => `token ${i}`) },
  } as const;
  const bytes = writeGguf({ a: floats(1, 2), b: floats(3) }, { texts });
  const { open, ranges } = folder({ "m.gguf": bytes });
  const { tensors, metadata, read } = await openGguf("m.gguf", open);
  expect(ranges.length).toBeGreaterThan(1);
  expect(ranges.slice(1).map(([start]) => start)).toEqual(ranges.slice(0, -1).map(([, end]) => end));
  expect(metadata.get("texts")?.value).toEqual(texts.value);
  expect([...tensors.keys()]).toEqual(["a", "b"]);
  expect([...dequantize("F32", await read("a"))]).toEqual([1, 2]);
  expect([...dequantize("F32", await read("a", 4, 8))]).toEqual([2]);
  await expect(read("c")).rejects.toThrow('m.gguf: expected a tensor of the file, got "c"');
  await expect(read("a", 4, 12)).rejects.toThrow("m.gguf: a: expected a range of its 8 bytes, got 4 to 12");
});

test("a file of unknown length is read, and an end that comes too early is told", async () => {
  const bytes = writeGguf({ a: floats(1, 2) });
  const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end));
  expect(await readGgufHeader(read)).toMatchObject({ version: 3, dataStart: parseGguf(bytes) && 64 });
  for (let length = 0; length < 50; length++) {
    const cut = (start: number, end: number) => Promise.resolve(bytes.subarray(0, length).subarray(start, end));
    await expect(readGgufHeader(cut, { file: "x" })).rejects.toThrow(GgufError);
  }
});

test("a header longer than the limit is refused before it is read", async () => {
  const bytes = writeGguf({}, { text: "x".repeat(1000) });
  const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end));
  await expect(readGgufHeader(read, { maxHeaderBytes: 500, file: "x" })).rejects.toThrow(
    "x: text: expected a header of at most 500 bytes (maxHeaderBytes allows more), got one of at least 1048",
  );
});

test("shards are one model", async () => {
  const { tensors, metadata, read } = await openGguf(first, folder(shards).open);
  expect([...tensors].map(([name, { file }]) => [name, file])).toEqual([
    ["a", first],
    ["b", second],
  ]);
  expect(metadata.get("general.architecture")?.value).toBe("llama");
  expect([...dequantize("F32", await read("b"))]).toEqual([3]);
});

test.each<[string, Record<string, Uint8Array>, string]>([
  ["another shard's number", { [second]: shards[first] as Uint8Array }, `${second}: split.no: expected 1, got 0`],
  [
    "another count",
    { [second]: writeGguf({ b: floats(3) }, split(1, 3)) },
    `${second}: split.count: expected 2, got 3`,
  ],
  ["no split at all", { [second]: writeGguf({ b: floats(3) }) }, `${second}: split.no: expected 1, got undefined`],
  [
    "a tensor of another shard",
    { [second]: writeGguf({ a: floats(3) }, split(1, 2)) },
    `${second}: a: expected a tensor once, got it in ${first} too`,
  ],
  [
    "a tensor less",
    { [second]: writeGguf({}, split(1, 2)) },
    `${first}: split.tensors.count: expected 1, the tensors of all files, got 2`,
  ],
])("shards with %s are refused", async (_, change, message) => {
  await expect(openGguf(first, folder({ ...shards, ...change }).open)).rejects.toThrow(message);
});

test("another than the first shard is refused, and one of several as a whole", async () => {
  await expect(openGguf(second, folder(shards).open)).rejects.toThrow(
    `${second}: expected the first shard, ${first}, got another`,
  );
  const single = folder({ "m.gguf": shards[first] as Uint8Array }).open;
  await expect(openGguf("m.gguf", single)).rejects.toThrow("m.gguf: split.count: expected 1, got 2");
});
