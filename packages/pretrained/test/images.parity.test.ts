import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { beforeAll, describe, expect, test } from "vitest";

const GOLDENS = ["vit-classifier", "vit-model", "vit-bare", "deit-classifier", "deit-teacher", "deit-model"].concat([
  ...["dinov2-classifier", "dinov2-registers", "dinov2-model", "swin-classifier", "swin-model"],
]);

/** A golden of @qkv/vit as the folder that Python wrote. */
function folder(name: string) {
  const read = (ending: string) =>
    new Uint8Array(readFileSync(new URL(`../../vit/test/golden/${name}.${ending}`, import.meta.url)));
  const weights = new Map<string, SafeTensor>(
    [...parseSafetensors(read("safetensors")).tensors]
      .filter(([key]) => key.startsWith("weights/"))
      .map(([key, tensor]) => [key.slice("weights/".length), tensor]),
  );
  const files = new Map([
    ["config.json", read("json")],
    ["model.safetensors", writeSafetensors(weights)],
  ]);
  return { files: memoryFiles(name, files), weights, config: JSON.parse(new TextDecoder().decode(read("json"))) };
}

beforeAll(() => initBackend("cpu"));

describe.each(GOLDENS)("%s", (name) => {
  test("is opened as its class and saved with the same names, shapes, bytes and config", async () => {
    const { files, weights, config } = folder(name);
    const { model, architecture, modelType } = await loadPretrained(files);
    const saved = await pretrainedFiles({ model });
    model.dispose();
    expect([modelType, [architecture]]).toEqual([config.model_type, config.architectures]);

    const written = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array()).tensors;
    // A token for training by masks, which no forward pass reads.
    const expected = [...weights].filter(([key]) => !key.endsWith("mask_token"));
    expect([...written.keys()].sort()).toEqual(expected.map(([key]) => key).sort());
    for (const [key, { shape, bytes }] of expected) {
      expect(written.get(key)?.shape).toEqual(shape);
      expect(written.get(key)?.bytes).toEqual(bytes);
    }
    const json = JSON.parse(new TextDecoder().decode(saved.get("config.json"))) as Record<string, unknown>;
    const shared = Object.keys(json).filter((field) => field in config);
    expect(shared.length).toBeGreaterThan(12);
    const same = (record: Record<string, unknown>) => Object.fromEntries(shared.map((field) => [field, record[field]]));
    expect(same(json)).toEqual(same(config));
  });
});

test("Swin's tables that older files hold are computed, and another one is refused", async () => {
  const { files, weights } = folder("swin-classifier");
  const name = "swin.encoder.layers.1.blocks.2.attention.self.relative_position_index";
  const open = (index: SafeTensor) => {
    const bytes = writeSafetensors(new Map([...weights, [name, index]]));
    return loadPretrained({
      ...files,
      read: (file) => (file === "model.safetensors" ? Promise.resolve(bytes) : files.read(file)),
    });
  };
  const offset = (from: number, to: number) =>
    5 * (2 + Math.floor(from / 3) - Math.floor(to / 3)) + 2 + (from % 3) - (to % 3);
  const rows = BigInt64Array.from({ length: 81 }, (_, at) => BigInt(offset(Math.floor(at / 9), at % 9)));
  const { model } = await open(safeTensor(rows, [9, 9]));
  model.dispose();
  await expect(open(safeTensor(new BigInt64Array(81), [9, 9]))).rejects.toThrow(
    `model.safetensors: ${name}: expected the offsets of the places of a window, got other numbers [9,9]`,
  );
});

test("a class that a family does not have is refused", async () => {
  const { files, config } = folder("vit-model");
  const json = new TextEncoder().encode(JSON.stringify({ ...config, architectures: ["ViTMAEModel"] }));
  await expect(
    loadPretrained({ ...files, read: (file) => (file === "config.json" ? Promise.resolve(json) : files.read(file)) }),
  ).rejects.toThrow(
    'vit-model/config.json: expected architectures to name ViTForImageClassification or ViTModel, got ["ViTMAEModel"]',
  );
});
