import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { savePretrained } from "@qkv/pretrained/node";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import { llama } from "@qkv/transformer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

const GOLDEN = fileURLToPath(new URL("../../../packages/pretrained/test/golden/gguf/", import.meta.url));
const MARIAN = fileURLToPath(new URL("../../../models/en-fr/", import.meta.url));
let folder: string;
const at = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-export-gguf-"));
  await buildProgram();
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => qkv(["export", "gguf", ...args]);

/** The logits of a few ids, as bytes. */
async function logits(model: string): Promise<Buffer> {
  const [inputs, outputs] = [at("in.safetensors"), at("out.safetensors")];
  await writeFile(inputs, writeSafetensors({ input_ids: safeTensor(Int32Array.of(3, 1, 4), [1, 3]) }));
  const ran = await qkv(["forward", "--model", model, "--inputs", inputs, "--outputs", outputs, "--backend", "wasm"]);
  expect(ran).toMatchObject({ code: 0 });
  return readFile(outputs);
}

test("qkv export gguf: a file that computes what the model does, bit for bit, with its tokenizer", async () => {
  const [model, out] = [path.join(GOLDEN, "qwen3.gguf"), at("qwen3.gguf")];
  const { code, stdout, stderr } = await run("--json", model, out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const bytes = await readFile(out);
  expect(JSON.parse(stdout)).toEqual({ file: out, bytes: bytes.length, architecture: "Qwen3ForCausalLM" });
  expect((await logits(out)).equals(await logits(model))).toBe(true);
  const tokens = async (ref: string) => (await qkv(["tokenize", "--model", ref], { input: "the Software\n" })).stdout;
  expect(await tokens(out)).toBe(await tokens(model));

  expect(await run(model, out)).toMatchObject({ code: 2, stderr: expect.stringContaining("--overwrite replaces it") });
  expect(await run("--overwrite", "--dtype", "F16", model, out)).toMatchObject({ code: 0 });
});

test.each(["gemma3", "phi3", "falcon"])("%s is written as well", async (name) => {
  const [model, out] = [path.join(GOLDEN, `${name}.gguf`), at(`${name}.gguf`)];
  expect(await run(model, out)).toMatchObject({ code: 0 });
  expect((await logits(out)).equals(await logits(model))).toBe(true);
});

test("floats are written in the type that is asked for", async () => {
  await initBackend("cpu");
  const sizes = { vocab_size: 32, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 1, num_attention_heads: 2 };
  const heads = { num_key_value_heads: 1 };
  const model = llama.build(Params.initialized(5), llama.parseConfig({ model_type: "qwen2", ...sizes, ...heads }));
  await savePretrained(at("qwen2"), { model });
  model.dispose();
  for (const dtype of ["F32", "F16"]) {
    const out = at(`${dtype}.gguf`);
    expect(await run("--dtype", dtype, at("qwen2"), out)).toMatchObject({ code: 0 });
    const { dtypes } = JSON.parse((await qkv(["inspect", out, "--json"])).stdout) as { dtypes: object };
    expect(Object.keys(dtypes).sort()).toEqual([...new Set(["F32", dtype])].sort());
  }
});

test("a model of another family and a path of another kind are refused, and nothing is written", async () => {
  const marian = await run(MARIAN, at("marian.gguf"));
  expect(marian.code).toBeGreaterThan(0);
  expect(marian.stderr).toMatch(/expected a model_type of gpt2, .*llama, .*, got "marian"/);
  const folderless = await run(path.join(GOLDEN, "llama.gguf"), at("out"));
  expect(folderless).toMatchObject({ code: 2, stderr: expect.stringContaining("expected a .gguf file, got") });
  expect((await readdir(folder)).filter((name) => name.startsWith("marian") || name === "out")).toEqual([]);
});
