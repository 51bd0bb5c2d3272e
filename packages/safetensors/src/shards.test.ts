import { expect, test } from "vitest";
import { parseShardIndex } from "./shards.ts";

test("groups names by file", () => {
  const weightMap = {
    b: "model-00002-of-00002.safetensors",
    a: "model-00001-of-00002.safetensors",
    c: "model-00002-of-00002.safetensors",
  };
  expect([...parseShardIndex({ metadata: { total_size: 3 }, weight_map: weightMap })]).toEqual([
    ["model-00001-of-00002.safetensors", ["a"]],
    ["model-00002-of-00002.safetensors", ["b", "c"]],
  ]);
});

test.each<[unknown, string]>([
  [null, "weight_map: expected an object from names to files, got undefined"],
  [{ weight_map: ["a"] }, 'weight_map: expected an object from names to files, got ["a"]'],
  [{ weight_map: { a: 1 } }, "weight_map.a: expected the name of a safetensors file, got 1"],
  [
    { weight_map: { a: "../secret.safetensors" } },
    'weight_map.a: expected the name of a safetensors file, got "../secret.safetensors"',
  ],
  [{ weight_map: { a: "model.bin" } }, 'weight_map.a: expected the name of a safetensors file, got "model.bin"'],
])("refuses %j", (json, message) => {
  expect(() => parseShardIndex(json)).toThrow(message);
});
