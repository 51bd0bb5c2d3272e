import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyLanguageModel, writeTinyModel } from "./tinyModel.ts";

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-export-"));
  model = path.join(folder, "gpt2");
  await Promise.all([buildProgram(), writeTinyLanguageModel(model), writeTinyModel(path.join(folder, "marian"))]);
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => qkv(["export", "onnx", "--backend", "cpu", ...args]);

test("qkv export onnx: a graph, with the files that stand beside a model", async () => {
  const out = path.join(folder, "out");
  const { code, stdout, stderr } = await run("--json", model, out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { files } = JSON.parse(stdout) as { files: Record<string, number> };
  expect(Object.keys(files)).toEqual(expect.arrayContaining(["model.onnx", "config.json", "tokenizer.json"]));
  expect((await readdir(out)).sort()).toEqual(Object.keys(files).sort());
  const bytes = await readFile(path.join(out, "model.onnx"));
  expect(bytes.length).toBe(files["model.onnx"]);
  expect(bytes.includes("past_key_values.0.key")).toBe(true);

  expect(await run(model, out)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--overwrite replaces them"),
  });
  const beside = await run("--overwrite", "--external-data", model, out);
  expect(beside).toMatchObject({ code: 0, stdout: expect.stringContaining("model.onnx_data") });
});

test("what cannot be one is refused, and nothing is written", async () => {
  const out = path.join(folder, "none");
  const marian = await run(path.join(folder, "marian"), out);
  expect(marian).toMatchObject({ code: 2, stderr: expect.stringContaining("expected a decoder-only language model") });
  await expect(readdir(out)).rejects.toThrow("ENOENT");
  await mkdir(out);
  await writeFile(path.join(out, "mine.txt"), "mine");
  expect(await run(model, out)).toMatchObject({ code: 2 });
  expect(await run(model, path.join(out, "mine.txt"))).toMatchObject({ code: 2 });
});
