import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { type SafeTensor, parseSafetensors, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { vit } from "@qkv/vit";
import { marian } from "@qkv/transformer";
import { beforeAll, describe, expect, test } from "vitest";
import { createTranslator } from "../tasks/translation/createTranslator.ts";
import { loadPretrained } from "./loadPretrained.ts";
import { memoryFiles } from "../files/modelFiles.ts";
import { modelFolder } from "../node/modelFolder.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

const read = (folder: string): Map<string, Uint8Array> => {
  const path = new URL(`../../test/golden/${folder}/`, import.meta.url);
  return new Map(readdirSync(path).map((file) => [file, new Uint8Array(readFileSync(new URL(file, path)))]));
};
const float32 = read("float32");
const sharded = read("sharded");
beforeAll(() => initBackend("cpu"));

type Change = (files: Map<string, Uint8Array>) => void;

/** A copy of a folder with something wrong. */
function broken(change: Change, from = float32) {
  const files = new Map(from);
  change(files);
  return memoryFiles("models/en-fr", files);
}

const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const json = (files: ReadonlyMap<string, Uint8Array>, file: string) =>
  JSON.parse(new TextDecoder().decode(files.get(file))) as Record<string, unknown>;
const config =
  (over: object): Change =>
  (files) =>
    void files.set("config.json", encode({ ...json(files, "config.json"), ...over }));
const cut =
  (file: string, bytes: number): Change =>
  (files) =>
    void files.set(file, files.get(file)?.slice(0, bytes) ?? new Uint8Array());
const tensors =
  (change: (tensors: Map<string, SafeTensor>) => void): Change =>
  (files) => {
    const all = new Map(parseSafetensors(files.get("model.safetensors") ?? new Uint8Array()).tensors);
    change(all);
    files.set("model.safetensors", writeSafetensors(all));
  };
const none = safeTensor(new Float32Array(3), [3]);

describe("loadPretrained", () => {
  // The console, the tensors and what is thrown are all held: a failure leaves nothing behind.
  test.each<[string, Change, string | RegExp]>([
    ["no config", (f) => void f.delete("config.json"), "models/en-fr/config.json: expected a file, got nothing"],
    ["an empty config", cut("config.json", 0), "models/en-fr/config.json: expected a file's bytes, got an empty file"],
    [
      "a config that is a list",
      (f) => void f.set("config.json", encode([])),
      "models/en-fr/config.json: expected a JSON object, got a list",
    ],
    [
      "another family",
      config({ model_type: "resnet" }),
      /^models\/en-fr\/config.json: expected a model_type of marian, t5, mt5, bart, .*, got "resnet"; loadPretrained takes families of your own \(docs\/guides\/adding-a-family.md\)$/,
    ],
    [
      "a family that is spelt almost so",
      config({ model_type: "gemma4" }),
      /, got "gemma4"; nearest: gemma, gemma2, gemma3_text; loadPretrained takes/,
    ],
    [
      "a family named like a method",
      config({ model_type: "toString" }),
      /^models\/en-fr\/config.json: expected a model_type of marian, t5, mt5, bart, .*, got "toString"; loadPretrained takes/,
    ],
    [
      "no family",
      config({ model_type: undefined }),
      /^models\/en-fr\/config.json: expected a model_type of marian, t5, mt5, bart, .*, got none$/,
    ],
    [
      "another head",
      config({ architectures: ["MarianModel"] }),
      'models/en-fr/config.json: expected architectures to name MarianMTModel, got ["MarianModel"]',
    ],
    [
      "a width that is text",
      config({ d_model: "10" }),
      /^models\/en-fr\/config.json: expected d_model to be a whole number, got "10"$/,
    ],
    [
      "no weights",
      (f) => void f.delete("model.safetensors"),
      "models/en-fr: expected model.safetensors or model.safetensors.index.json, got neither",
    ],
    [
      "truncated weights",
      cut("model.safetensors", 20_000),
      /^models\/en-fr\/model.safetensors: safetensors: expected a file of \d+ bytes, got 20000: it ends in /,
    ],
    [
      "weights that are a web page",
      (f) => void f.set("model.safetensors", new TextEncoder().encode("<!doctype html>")),
      /^models\/en-fr\/model.safetensors: expected the file itself, got an HTML page/,
    ],
    [
      "another width",
      config({ d_model: 20 }),
      /^models\/en-fr\/model.safetensors: .*expected shape \[277,20\], got \[277,10\]$/,
    ],
    [
      "more layers than weights",
      config({ decoder_layers: 2 }),
      /^models\/en-fr\/model.safetensors: .*model.decoder.layers.1.self_attn.q_proj.weight/,
    ],
    [
      "fewer layers than weights",
      config({ decoder_layers: 0 }),
      /^models\/en-fr\/model.safetensors: .*model.decoder.layers.0/,
    ],
    [
      "an array missing",
      tensors((all) => all.delete("model.shared.weight")),
      /^models\/en-fr\/model.safetensors: .*model.shared.weight/,
    ],
    [
      "an array too many",
      tensors((all) => all.set("model.extra", none)),
      /^models\/en-fr\/model.safetensors: .*model.extra/,
    ],
    [
      "quantized arrays",
      tensors((all) => all.set("model.shared.weight", safeTensor(new Int8Array(2770), [277, 10]))),
      "models/en-fr/model.safetensors: model.shared.weight: expected floats, got I8",
    ],
    [
      "a broken tokenizer",
      cut("tokenizer.json", 99),
      "models/en-fr/tokenizer.json: expected a JSON object, got 99 characters that are not JSON",
    ],
    [
      "a tokenizer of another kind",
      (f) => void f.set("tokenizer.json", encode({ model: { type: "Oracle" } })),
      /^models\/en-fr\/tokenizer.json.model.type: unknown model "Oracle"/,
    ],
  ])("refuses %s and leaves no tensor", async (_what, change, message) => {
    const loading = loadPretrained(broken(change));
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(PretrainedError);
  });

  test.each<[string, Change, string | RegExp]>([
    [
      "a shard missing",
      (f) => void f.delete("model-00002-of-00003.safetensors"),
      "models/en-fr/model-00002-of-00003.safetensors: expected a file, got nothing",
    ],
    [
      "a shard truncated",
      cut("model-00003-of-00003.safetensors", 1000),
      /^models\/en-fr\/model-00003-of-00003.safetensors: safetensors: expected a file of 1214 bytes/,
    ],
    [
      "an index that reaches outside",
      (f) => void f.set("model.safetensors.index.json", encode({ weight_map: { a: "../a.safetensors" } })),
      /^models\/en-fr\/model.safetensors.index.json: weight_map.a: expected the name of a safetensors file/,
    ],
    [
      "an index that lies",
      (f) =>
        void f.set("model.safetensors.index.json", encode({ weight_map: { a: "model-00003-of-00003.safetensors" } })),
      "models/en-fr/model.safetensors.index.json: no tensor for shared.weight (looked for model.shared.weight)",
    ],
  ])("refuses %s and leaves no tensor", async (_what, change, message) => {
    await expect(loadPretrained(broken(change, sharded))).rejects.toThrow(message);
  });

  test.each<[string, object]>([
    ["null", { architectures: null }],
    ["an empty list", { architectures: [] }],
  ])("takes %s for no class named", async (_what, over) => {
    const { model } = await loadPretrained(broken(config(over)));
    model.dispose();
  });

  test("takes the numbers of Python that JSON has not, in fields that are not read", async () => {
    const text = (over: string) => (files: Map<string, Uint8Array>) => {
      const json = new TextDecoder().decode(files.get("config.json"));
      files.set("config.json", new TextEncoder().encode(json.replace("{", `{${over},`)));
    };
    const { model } = await loadPretrained(
      broken(text('"time": [0.0, Infinity, -Infinity], "x": NaN, "say": "\\"NaN"')),
    );
    model.dispose();
    for (const number of ["NaN", "Infinity"]) {
      const file = (files: Map<string, Uint8Array>) => {
        config({ dropout: undefined })(files);
        text(`"dropout": ${number}`)(files);
      };
      await expect(loadPretrained(broken(file))).rejects.toThrow(
        "config.json: expected dropout to be a number in [0, 1)",
      );
    }
  });

  test.each<[string, object, object, string]>([
    [
      "that file's own fault",
      { eos_token_id: "x" },
      {},
      "generation_config.json: expected eos_token_id to be a token id",
    ],
    [
      "the config's",
      { eos_token_id: 0 },
      { dropout: 2 },
      "config.json: expected dropout to be a number in [0, 1), got 2",
    ],
  ])("blames %s on it", async (_what, generation, over, message) => {
    const change: Change = (files) => {
      config(over)(files);
      files.set("generation_config.json", encode({ ...json(files, "generation_config.json"), ...generation }));
    };
    await expect(loadPretrained(broken(change))).rejects.toThrow(`models/en-fr/${message}`);
  });

  test("takes a negative id for no token", async () => {
    const files = new Map(float32);
    files.set("generation_config.json", encode({ eos_token_id: [0, -1], forced_eos_token_id: -1 }));
    const { model } = await loadPretrained(memoryFiles("models/en-fr", files));
    expect(model.config).toMatchObject({ eosTokenId: 0 });
    model.dispose();
  });

  test.each([
    ["d_model", 0, "a whole number above 0"],
    ["decoder_ffn_dim", 0, "a whole number above 0"],
    ["max_position_embeddings", 0, "a whole number above 0"],
    ["vocab_size", 2 ** 32, "at most 2147483647"],
    ["encoder_layers", 2 ** 32, "at most 10000"],
    ["encoder_attention_heads", 0, "a whole number above 0"],
    ["decoder_attention_heads", 3, "a divisor of 10"],
  ])("refuses %s %d by its name, before any weight is read", async (field, value, expected) => {
    const files = broken(config({ [field]: value }));
    const read = (file: string) =>
      file.endsWith("safetensors") ? Promise.reject(new Error("read")) : files.read(file);
    await expect(loadPretrained({ ...files, read })).rejects.toThrow(
      `models/en-fr/config.json: expected ${field} to be ${expected}, got ${value}`,
    );
  });

  test("takes the tokenizer of other files where there is no tokenizer.json", async () => {
    const words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n";
    const files = new Map([...sharded, ["vocab.txt", new TextEncoder().encode(words)]]);
    const open = () => loadPretrained(memoryFiles("models/en-fr", files));
    await expect(open()).rejects.toThrow(
      /en-fr\/config.json.model_type: expected a tokenizer of class BertTokenizer or MPNetTokenizer for these files, got "marian"/,
    );
    files.set("tokenizer_config.json", encode({ tokenizer_class: "BertTokenizer" }));
    const { tokenizer, model } = await open();
    expect(tokenizer?.encode("the").ids).toEqual([2, 4, 3]);
    const limited = await loadPretrained(memoryFiles("models/en-fr", files), { maxSteps: 1e-6 });
    expect(() => limited.tokenizer?.encode("the ".repeat(1000))).toThrow(/maxSteps/);
    limited.model.dispose();
    model.dispose();
    files.set("vocab.txt", new Uint8Array());
    await expect(open()).rejects.toThrow("models/en-fr/vocab.txt: expected tokens, got none");
  });

  test("needs no tokenizer, but a translator does", async () => {
    const pretrained = await loadPretrained(memoryFiles("models/en-fr", sharded));
    expect(pretrained.tokenizer).toBeUndefined();
    expect(() => createTranslator(pretrained)).toThrow("models/en-fr/tokenizer.json: expected a file, got nothing");
    pretrained.model.dispose();
  });

  test("opens the types that are wanted alone", async () => {
    const { model } = await loadPretrained(memoryFiles("models/en-fr", float32), { families: [vit, marian] });
    model.dispose();
    await expect(loadPretrained(memoryFiles("models/en-fr", float32), { families: [vit] })).rejects.toThrow(
      'models/en-fr/config.json: expected a model_type of vit, deit, dinov2, dinov2_with_registers, dinov3_vit, qkv_vit, got "marian"',
    );
  });

  test("stops when told to, and leaves no tensor", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(loadPretrained(memoryFiles("models/en-fr", float32), { signal })).rejects.toThrow("enough");
  });
});

describe("modelFolder", () => {
  test("tells a folder that is not there from a file and from a folder without a file", async () => {
    const here = fileURLToPath(new URL(".", import.meta.url));
    await expect(loadPretrained(modelFolder(`${here}nowhere/`))).rejects.toThrow(
      `${here}nowhere: expected a model folder, got nothing`,
    );
    await expect(loadPretrained(modelFolder(`${here}index.ts`))).rejects.toThrow(PretrainedError);
    await expect(loadPretrained(modelFolder(here))).rejects.toThrow(`${here}config.json: expected a file, got nothing`);
  });
});

test("weights that take more than the budget are refused before they are read", async () => {
  const load = (memoryBudget: number) => loadPretrained(memoryFiles("models/en-fr", float32), { memoryBudget });
  await expect(load(1000)).rejects.toThrow(
    /^models\/en-fr\/model\.safetensors: expected weights of at most 1000 bytes in memory, got \d{4,}$/,
  );
  await expect(load(0)).rejects.toThrow("expected memoryBudget to be a number of bytes, got number 0");
  (await load(1e9)).model.dispose();
});
