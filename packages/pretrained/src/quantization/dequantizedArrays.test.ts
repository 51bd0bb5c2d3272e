// Each matrix of a quantized checkpoint is, to the bit, what the tool of its format says, as floats and packed.
import { createHash } from "node:crypto";
import type { PackedEntry } from "@qkv/nn";
import { denseOf } from "@qkv/ops";
import { expectNoLeaks } from "@qkv/testing";
import { type Architecture, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { initBackend } from "@qkv/backend";
import { QUANTIZED, quantizedFolder } from "../../test/goldenQuantized.ts";
import { memoryFiles } from "../files/modelFiles.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { openWeights } from "../weights/readWeights.ts";
import { dequantizedArrays } from "./dequantizedArrays.ts";

beforeAll(() => initBackend("cpu"));

async function arraysOf(name: string): Promise<ReadonlyMap<string, StoredArray>> {
  const files = quantizedFolder(name);
  const json = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;
  const { arrays } = await openWeights(memoryFiles(name, files));
  return dequantizedArrays("config.json", json, llama.architectures("llama")[0] as Architecture, arrays);
}

const digest = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");

async function fromParts({ parts, shape }: StoredArray): Promise<Float32Array> {
  const all = new Float32Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  for await (const { length, fill } of parts?.() ?? []) fill(all.subarray(at, (at += length)));
  return all;
}

async function unpacked({ read }: PackedEntry): Promise<Float32Array> {
  const { data, shape, format } = await read();
  const numbers = denseOf({ shape: [...shape], kind: "matrix", format, parts: { data }, adapter: undefined });
  const values = (await numbers.data()) as Float32Array;
  tf.dispose([data, numbers]);
  return values;
}

test.each(Object.keys(QUANTIZED).filter((name) => name !== "versions"))("%s", (name) =>
  expectNoLeaks(async () => {
    const arrays = await arraysOf(name);
    for (const [matrix, expected] of Object.entries(QUANTIZED[name]?.values ?? {})) {
      const array = arrays.get(matrix) as StoredArray;
      expect(digest(await array.read()), `${matrix} read`).toBe(expected);
      expect(digest(await fromParts(array)), `${matrix} in parts`).toBe(expected);
      if (array.packed !== undefined) expect(digest(await unpacked(array.packed)), `${matrix} packed`).toBe(expected);
    }
    const codes = [...arrays.values()].filter(({ dtype }) => !["F32", "F16", "BF16"].includes(dtype));
    expect(codes).toEqual([]);
  }),
);
