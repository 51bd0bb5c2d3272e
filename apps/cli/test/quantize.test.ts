// `qkv quantize`: a folder or a GGUF file that the other commands take, and a table of what it cost.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { parseSafetensors } from "@qkv/safetensors";
import { Tokenizer } from "@qkv/tokenizers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyModel } from "./tinyModel.ts";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const LLAMA = at("packages/pretrained/test/golden/gguf/llama.gguf");
const EN_FR = at("models/en-fr");

let folder: string;
const into = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-quantize-"));
  await Promise.all([buildProgram(), writeTinyModel(into("tiny"))]);
});
afterAll(() => rm(folder, { recursive: true }));

interface Report {
  readonly layers: readonly { readonly name: string; readonly error: number }[];
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
  readonly fileBytes: { readonly before: number; readonly after: number };
}

test("a folder with all that the model's had, of half the size, which translates the same", async () => {
  const out = into("en-fr-q8");
  const { code, stdout, stderr } = await qkv([
    "quantize",
    "--model",
    EN_FR,
    "--format",
    "q8_0",
    "--out",
    out,
    "--json",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { layers, kept, fileBytes } = JSON.parse(stdout) as Report;
  expect(layers).toHaveLength(45);
  expect(kept).toEqual([]);
  for (const { name, error } of layers) expect(error, name).toBeLessThan(0.006);
  expect(fileBytes.after / fileBytes.before).toBeLessThan(0.57);
  expect((await readdir(out)).sort()).toEqual((await readdir(EN_FR)).filter((name) => name !== "README.md").sort());
  for (const file of ["tokenizer.json", "generation_config.json"])
    expect(await readFile(path.join(out, file))).toEqual(await readFile(path.join(EN_FR, file)));
  const translate = (model: string) => qkv(["translate", "--model", model, "Where is the train station?"]);
  expect(await translate(out)).toEqual(await translate(EN_FR));
});

test("a folder in the layout of compressed-tensors, whose table stays", async () => {
  const out = into("packed");
  const given = ["--model", EN_FR, "--format", "q8_0", "--layout", "compressed-tensors"];
  const { code, stderr } = await qkv(["quantize", ...given, "--skip", "shared", "--out", out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const inspected = await qkv(["inspect", out, "--json"]);
  expect(JSON.parse(inspected.stdout)).toMatchObject({ dtypes: { I32: expect.any(Number) as number } });
  const translate = (model: string) => qkv(["translate", "--model", model, "Where is the train station?"]);
  expect(await translate(out)).toEqual(await translate(EN_FR));
  const refused = await qkv(["quantize", ...given, "--out", into("X.gguf")]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--layout: expected a folder") as string });
});

test("a GGUF file, with a table of errors and what was skipped", async () => {
  const out = into("llama.gguf");
  const args = [
    "quantize",
    "--model",
    LLAMA,
    "--format",
    "q4_0",
    "--out",
    out,
    "--skip",
    "lmHead",
    "layers.0.ffn.upProj",
  ];
  const { code, stdout, stderr } = await qkv(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^layer +format +error +before +after$/);
  expect(lines.filter((line) => / q4_0 +\d[\d.]+ %/.test(line))).toHaveLength(14);
  expect(lines.filter((line) => line.endsWith("  skipped")).map((line) => line.split(" ")[0])).toEqual([
    "layers.0.ffn.upProj.weight",
    "lmHead.weight",
  ]);
  expect(lines.at(-1)).toMatch(/llama\.gguf: \d+\.\d kB, where the model had \d+\.\d kB$/);
  const inspected = await qkv(["inspect", out, "--json"]);
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    dtypes: { Q4_0: 14, Q8_0: 2, F32: 5 },
    tokenizer: { vocabSize: 421 },
  });
  expect((await qkv(["generate", "--model", out, "--prompt", "The", "--max-new-tokens", "3"])).stdout).toMatch(/^The/);
});

test("a GGUF file has no truncation, which a note tells", async () => {
  await initBackend("cpu");
  const { model, tokenizer } = await loadPretrained(modelFolder(LLAMA));
  const truncation = { max_length: 4, stride: 0, strategy: "LongestFirst", direction: "Right" };
  const cutting = Tokenizer.fromJSON({ ...(tokenizer as Tokenizer).toJSON(), truncation });
  await savePretrained(into("cutting"), { model, tokenizer: cutting });
  model.dispose();
  const given = ["--model", into("cutting"), "--format", "q8_0", "--out", into("cutting.gguf")];
  const { code, stderr } = await qkv(["quantize", ...given]);
  const note = "left out, as GGUF files have none: the tokenizer's truncation and padding\n";
  expect({ code, stderr }).toEqual({ code: 0, stderr: note });
});

test("a text lowers the error on it", async () => {
  const text = at("LICENSE");
  const args = ["quantize", "--model", LLAMA, "--format", "q4_0", "--text", text, "--json"];
  const { code, stdout } = await qkv([...args, "--out", into("text.gguf")]);
  expect(code).toBe(0);
  const { layers } = JSON.parse(stdout) as { layers: { name: string; weightedError?: number }[] };
  expect(layers.filter(({ weightedError }) => weightedError === undefined).map(({ name }) => name)).toEqual([
    "embedding.weight",
  ]);
  const table = await qkv([...args.slice(0, -1), "--out", into("table.gguf")]);
  expect(table.stdout.split("\n")[0]).toMatch(/^layer +format +error +on the text +before +after$/);
  for (const [model, file, message] of [
    [LLAMA, "/dev/null", "expected at least one line in /dev/null, got none"],
    [LLAMA, into("none.txt"), "none.txt: expected a text file, got nothing of this name"],
    [at("models/cifar10"), text, "--text: expected a model with a tokenizer, got"],
  ] as const) {
    const given = ["--model", model, "--format", "q8_0", "--text", file, "--out", into("never")];
    const { code, stderr } = await qkv(["quantize", ...given]);
    expect({ code, isTold: stderr.includes(message) }, stderr).toEqual({ code: 2, isTold: true });
  }
});

test("what is there is replaced when asked, and not else", async () => {
  const out = into("twice.gguf");
  await writeFile(out, "mine");
  const args = ["quantize", "--model", LLAMA, "--format", "q8_0", "--out", out];
  const refused = await qkv(args);
  expect(refused).toMatchObject({
    ...{ code: 2, stdout: "" },
    stderr: `qkv: --out: expected nothing at ${out} yet, got a file: --overwrite replaces it\n`,
  });
  expect(await readFile(out, "utf8")).toBe("mine");
  expect((await qkv([...args, "--overwrite"])).code).toBe(0);
  expect((await readFile(out)).subarray(0, 4).toString()).toBe("GGUF");
});

test.each<[string, readonly string[], number, RegExp]>([
  [
    "another family in a GGUF file",
    ["--model", EN_FR, "--out", "X.gguf"],
    1,
    /config\.json: expected a model_type of gpt2, llama, mistral, .*, got "marian"$/,
  ],
  [
    "a name that is none",
    ["--model", LLAMA, "--out", "X.gguf", "--skip", "wProj"],
    2,
    /^qkv: --skip: expected the end of a weight's name, such as embedding\.weight, .* got wProj$/,
  ],
  [
    "q6_k in a folder",
    ["--model", LLAMA, "--out", "X", "--format", "q6_k"],
    2,
    /^qkv: --out: expected a \.gguf file for q6_k, whose groups of 16 no folder holds, got .*X$/,
  ],
  [
    "nothing to round",
    ["--model", "tiny", "--out", "X"],
    1,
    /^qkv: expected a matrix that can be rounded to q8_0, got \S+: rows of \d+ numbers, no multiple of 32$/,
  ],
  [
    "a folder for a file",
    ["--model", LLAMA, "--out", "tiny/config.json"],
    2,
    /^qkv: --out: expected a folder, got a file/,
  ],
  ["no model", ["--model", "nothing-there", "--out", "X"], 2, /^qkv: --model: expected a shipped model's name/],
])("%s leaves nothing behind", async (_, given, exitCode, message) => {
  const args = given.map((arg) => (/^(?:X|tiny)/.test(arg) ? into(arg) : arg));
  const before = await readdir(folder);
  const { code, stdout, stderr } = await qkv(["quantize", "--format", "q8_0", ...args]);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr.trimEnd()).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(await readdir(folder)).toEqual(before);
});

test("a format that is none is told with those there are", async () => {
  const { code, stderr } = await qkv(["quantize", "--model", LLAMA, "--format", "q3", "--out", into("X")]);
  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are q8_0, q6_k, q5_1, q5_0, q4_1, q4_k, q4_0.");
});

test("a full disk leaves no half of a file", async () => {
  const out = into("full.gguf");
  const { code, stderr } = await qkv(["quantize", "--model", LLAMA, "--format", "q8_0", "--out", out], {
    fileBlocks: 20,
  });
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect((await readdir(folder)).filter((name) => name.includes("full"))).toEqual([]);
});

test("the folder's arrays are words with scales and offsets", async () => {
  const { tensors } = parseSafetensors(await readFile(into("en-fr-q8/model.safetensors")));
  const words = [...tensors].filter(([, { dtype }]) => dtype === "U32").map(([name]) => name.replace(/weight$/, ""));
  expect(words).toHaveLength(45);
  for (const name of words)
    for (const part of ["scales", "biases"]) expect(tensors.get(name + part)?.dtype).toBe("F16");
});
