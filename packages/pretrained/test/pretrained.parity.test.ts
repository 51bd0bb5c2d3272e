import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained, type Pretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { parseSafetensors } from "@qkv/safetensors";
import { generate, marian, parseGenerationOptions } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";

interface Expected {
  readonly source: string;
  readonly sourceIds: readonly number[];
  readonly ids: readonly number[];
  readonly translation: string;
  readonly score: number;
}

const GOLDEN = fileURLToPath(new URL("golden", import.meta.url));
const expected = JSON.parse(readFileSync(join(GOLDEN, "expected.json"), "utf8")) as Record<string, Expected[]>;

/** The folder with its tokenizer: the sharded one shares the other's. */
function files(name: string) {
  const [own, other] = [modelFolder(join(GOLDEN, name)), modelFolder(join(GOLDEN, "float32"))];
  return {
    name: own.name,
    read: async (file: string) =>
      (await own.read(file)) ?? (file.startsWith("tokenizer") ? other.read(file) : undefined),
  };
}

let open: Pretrained<typeof marian>[] = [];
beforeAll(() => initBackend("cpu"));
afterEach(() => {
  for (const { model } of open) model.dispose();
  open = [];
});

async function load(from: Parameters<typeof loadPretrained>[0]): Promise<Pretrained<typeof marian>> {
  const pretrained = await loadPretrained(from, { families: [marian] });
  open.push(pretrained);
  return pretrained;
}

describe.each(["float32", "sharded"])("%s", (name) => {
  const rows = expected[name] ?? [];

  test("translates as Python does: ids, text and score", async () => {
    const pretrained = await load(files(name));
    const options = parseGenerationOptions(pretrained.generationConfig);
    const sources = rows.map(({ source }) => pretrained.tokenizer?.encode(source).ids ?? []);
    expect(sources).toEqual(rows.map(({ sourceIds }) => sourceIds));
    const found = await generate(pretrained.model, sources, options);
    expect(found.map(([best]) => best?.ids)).toEqual(rows.map(({ ids }) => ids));

    const translations = await createTranslator(pretrained).translateBatch(rows.map(({ source }) => source));
    for (const [i, { translation, score }] of rows.entries()) {
      // One sentence each, so that nothing is split.
      expect(translations[i]?.translation).toBe(translation);
      expect(translations[i]?.score).toBeCloseTo(score, 4);
    }
  });
});

test("says how the files store their arrays", async () => {
  expect([...(await load(files("float32"))).dtypes.keys()]).toEqual(["F32"]);
  expect([...(await load(files("sharded"))).dtypes.keys()]).toEqual(["BF16"]);
});

describe("savePretrained", () => {
  const withFolder = async (run: (folder: string) => Promise<void>) => {
    const parent = await mkdtemp(join(tmpdir(), "qkv-save-"));
    try {
      await run(join(parent, "models", "tiny"));
      expect(readdirSync(join(parent, "models"))).toEqual(["tiny"]); // no temporary folder is left
    } finally {
      await rm(parent, { recursive: true });
    }
  };

  test("writes what it read, array for array, over an older folder too", () =>
    withFolder(async (folder) => {
      const { model, tokenizer, generationConfig } = await load(files("float32"));
      for (const dtype of ["F16", "F32"] as const)
        await savePretrained(folder, { model, dtype, generationConfig, ...(tokenizer && { tokenizer }) });
      const [ours, theirs] = [folder, join(GOLDEN, "float32")].map((at) =>
        parseSafetensors(new Uint8Array(readFileSync(join(at, "model.safetensors")))),
      );
      expect(new Map([...(ours?.tensors ?? [])].sort())).toEqual(new Map([...(theirs?.tensors ?? [])].sort()));
      expect(ours?.metadata).toEqual(theirs?.metadata);
      expect(readdirSync(folder).sort()).toEqual(readdirSync(join(GOLDEN, "float32")).sort());

      const again = await load(modelFolder(folder));
      const translations = await createTranslator(again).translateBatch(
        (expected["float32"] ?? []).map(({ source }) => source),
      );
      expect(translations.map(({ translation }) => translation)).toEqual(
        expected["float32"]?.map(({ translation }) => translation),
      );
    }));

  test("halves the file with F16, and refuses what F16 cannot hold", () =>
    withFolder(async (folder) => {
      const { model } = await load(files("float32"));
      await savePretrained(folder, { model, dtype: "F16" });
      expect([...(await load(modelFolder(folder))).dtypes.keys()]).toEqual(["F16"]);
      expect(existsSync(join(folder, "tokenizer.json"))).toBe(false);
      const bias = model.params.named().get("finalLogitsBias") as tf.Variable;
      tf.tidy(() => bias.assign(tf.fill(bias.shape, 70000)));
      await expect(savePretrained(folder, { model, dtype: "F16" })).rejects.toThrow(
        "final_logits_bias: expected numbers that F16 can hold, got 70000",
      );
    }));
});
