import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Golden, golden } from "./golden.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-golden-"));
let file: Golden;
beforeAll(async () => {
  await initBackend("cpu");
  const bytes = writeSafetensors(
    {
      "weights/a": safeTensor(Float32Array.of(1, 2), [2]),
      "input/ids": safeTensor(Int32Array.of(3, 5, 7, 11), [2, 2], "I64"),
      "input/mask": safeTensor(Uint8Array.of(1, 0), [2], "BOOL"),
    },
    { torch: "2" },
  );
  writeFileSync(join(folder, "it.safetensors"), bytes);
  file = golden(join(folder, "it.safetensors"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("gives arrays, tensors, ids and groups", () => {
  expect(file.metadata).toEqual({ torch: "2" });
  expect(file.array("weights/a")).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
  expect(file.ids("input/ids")).toEqual([
    [3, 5],
    [7, 11],
  ]);
  expect([...file.under("weights/").keys()]).toEqual(["a"]);
  const tensors = ["weights/a", "input/ids", "input/mask"].map((name) => file.tensor(name));
  expect(tensors.map(({ dtype }) => dtype)).toEqual(["float32", "int32", "bool"]);
  tf.dispose(tensors);
});

test("names what is there when asked for what is not", () => {
  expect(() => file.array("b")).toThrow("expected an array called b, got input/ids, weights/a, input/mask");
});
