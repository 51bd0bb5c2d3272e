import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensors, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv, startingPackages } from "./qkv.ts";
import { writeTinyClassifier, writeTinyModel } from "./tinyModel.ts";

const SHIPPED = fileURLToPath(new URL("../../../models/cifar10", import.meta.url));

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-cli-"));
  model = path.join(folder, "tiny");
  await Promise.all([buildProgram(), writeTinyModel(model)]);
});
afterAll(() => rm(folder, { recursive: true }));

test("starts without the engine: help and mistakes need none", () => {
  expect(startingPackages()).toEqual(["cli-progress", "commander"]);
});

describe("qkv translate", () => {
  test("gives one line for each line in, an empty one for an empty one, and nothing else on standard output", async () => {
    const { code, stdout, stderr } = await qkv(["translate", "--model", model, "--max-tokens", "4"], {
      input: "the train\n\nthe station\n",
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(line [13]: sentences that ran into the limit of tokens: 1\n){2}$/);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).not.toBe("");
    expect(lines[1]).toBe("");
    expect(lines[3]).toBe("");
  });

  test("takes a line feed alone for the end of a line, wherever the input is cut", async () => {
    const lines = ["a\u2028b", "c\rd", "e\vf\u0085g", "", `${"the ".repeat(16_380)}train`, "h"];
    const input = `\ufeff${lines.join("\r\n")}\r\n`; // the last pair but one straddles 64 KiB
    const { code, stdout } = await qkv(["translate", "--model", model, "--max-tokens", "1", "--json"], { input });
    expect(code).toBe(0);
    expect(stdout.split(/[\n\u2028\u2029]/).length).toBe(lines.length + 1);
    const sources = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { source: string }).source);
    expect(sources).toEqual(lines);
  });

  test("says that standard input cannot be read, and fails", async () => {
    for (const command of ["translate", "tokenize"]) {
      const { code, stdout, stderr } = await qkv([command, "--model", model], { stdin: folder });
      const message = "qkv: standard input: expected text, got a folder\n";
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: message });
    }
  });

  test("says the same with any number of threads", async () => {
    const args = ["translate", "--model", model, "--max-tokens", "4", "--json", "the train"];
    const [one, two] = [await qkv([...args, "--threads", "1"]), await qkv([...args, "--threads", "2"])];
    expect(one).toMatchObject({ code: 0, stderr: "line 1: sentences that ran into the limit of tokens: 1\n" });
    expect(two).toEqual(one);
  });

  test("--json tells the source, its translation, the score and the tokens", async () => {
    const { stdout } = await qkv(["translate", "--model", model, "--max-tokens", "3", "--json", "the train"]);
    expect(JSON.parse(stdout)).toEqual({
      source: "the train",
      translation: expect.any(String) as string,
      score: expect.any(Number) as number,
      tokens: { source: ["▁the", "▁train", "</s>"], target: expect.any(Array) as string[] },
    });
  });

  test("--attention draws each input in a file of its own", async () => {
    const file = path.join(folder, "look.svg");
    const args = ["translate", "--model", model, "--max-tokens", "3", "--attention", file];
    await qkv([...args, "the train"]);
    expect(await readFile(file, "utf8")).toMatch(/^<svg[^]*▁?train[^]*<\/svg>\n$/);
    await qkv([...args, "the train", "the station"]);
    expect(await readFile(path.join(folder, "look.2.svg"), "utf8")).toContain("station");
  });

  test.each([
    [["translate", "--attention", "look.png", "hi"], "--attention: expected a file that ends with .svg, got look.png"],
    [["translate", "--attention", "look", "hi"], "--attention: expected a file that ends with .svg, got look"],
    [
      ["classify", "--attention", "look.gif", "cat.jpg"],
      "--attention: expected a file that ends with .png, .jpg, .jpeg, .webp, .avif, .svg, got look.gif",
    ],
    [
      ["translate", "--attention", "/nowhere/x.svg", "hi"],
      "expected a file in a folder that is there, got the folder /nowhere",
    ],
    [["translate", "--threads", "1000000", "hi"], "'1000000' is invalid. expected a whole number from 1 to 64."],
    [["translate", "--beams", "5000", "hi"], "'5000' is invalid. expected a whole number from 1 to 256."],
    [["inspect", "./nowhere"], "REF: expected a shipped model's name"],
    [
      ["evaluate", "translation", "--model", SHIPPED, "--source", "/dev/null", "--reference", "/dev/null"],
      "--source: expected at least one line in /dev/null, got none",
    ],
    [
      ["evaluate", "image-classification", "--model", SHIPPED, "--data", "/nowhere"],
      "expected a folder or a tar archive of images, got nothing called /nowhere; QKV_DATA names a folder to look in too",
    ],
    [["translate", "--from", "zh CN", "hi"], '--from: expected a language tag such as en or pt-BR, got "zh CN"'],
    [["translate", "--to", "!", "hi"], '--to: expected a language tag such as en or pt-BR, got "!"'],
    [["translate", "--from", "zh_CN", "hi"], /expected a language pair .* got zh-CN-fr/],
  ])("%j says what is wrong before any work", async (args, message) => {
    const { code, stdout, stderr } = await qkv(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("takes a locale for a language, and passes on what is no sentence", async () => {
    const args = ["translate", "--model", model, "--from", "en_US.UTF-8", "--max-tokens", "2"];
    const { code, stdout } = await qkv(args, { input: "...\n42\n\u{1f600}\n \n" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "...\n42\n\u{1f600}\n \n" });
  });

  test("Ctrl-C ends it at once, with 130 and no message", async () => {
    const { code, stderr } = await qkv(["translate", "--model", model, "--max-tokens", "12", "--beams", "8"], {
      input: `\n${"the train to the station. ".repeat(40_000)}`, // the second line takes many seconds
      whileRunning: (child) => {
        child.stdout?.once("data", () => setTimeout(() => child.kill("SIGINT"), 200)); // the first line is out
      },
    });
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
  });
});

describe("qkv forward", () => {
  test("writes Hugging Face's names", async () => {
    const [inputs, outputs] = [path.join(folder, "in.safetensors"), path.join(folder, "out.safetensors")];
    const ids = (values: number[]) => safeTensor(BigInt64Array.from(values, BigInt), [1, values.length]);
    const tensors = { input_ids: ids([5, 6, 0]), attention_mask: ids([1, 1, 1]), decoder_input_ids: ids([2, 7]) };
    await writeFile(inputs, writeSafetensors(new Map(Object.entries(tensors))));
    const args = ["forward", "--model", model, "--inputs", inputs, "--outputs", outputs];
    expect(await qkv([...args, "--hidden-states", "--attentions"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const shapes = [...parseSafetensors(await readFile(outputs)).tensors].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      logits: [1, 2, expect.any(Number)],
      encoder_last_hidden_state: [1, 3, 8],
      last_hidden_state: [1, 2, 8],
      "encoder_hidden_states.0": [1, 3, 8],
      "encoder_hidden_states.1": [1, 3, 8],
      "decoder_hidden_states.0": [1, 2, 8],
      "decoder_hidden_states.1": [1, 2, 8],
      "encoder_attentions.0": [1, 2, 3, 3],
      "decoder_attentions.0": [1, 2, 2, 2],
      "cross_attentions.0": [1, 2, 2, 3],
    });
  });

  test("runs an image model on pixel_values, of another size too", async () => {
    const classifier = path.join(folder, "classifier");
    await writeTinyClassifier(classifier);
    const [inputs, outputs] = [path.join(folder, "pixels.safetensors"), path.join(folder, "seen.safetensors")];
    const pixels = safeTensor(Float32Array.from({ length: 72 }, Math.sin), [1, 3, 4, 6]);
    await writeFile(inputs, writeSafetensors(new Map([["pixel_values", pixels]])));
    const args = ["forward", "--model", classifier, "--inputs", inputs, "--outputs", outputs];
    expect(await qkv([...args, "--hidden-states", "--attentions"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const shapes = [...parseSafetensors(await readFile(outputs)).tensors].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      logits: [1, 3],
      "hidden_states.0": [1, 7, 8],
      "hidden_states.1": [1, 7, 8],
      "hidden_states.2": [1, 7, 8],
      "attentions.0": [1, 4, 7, 7],
      "attentions.1": [1, 4, 7, 7],
    });

    await writeFile(
      inputs,
      writeSafetensors(new Map([["pixel_values", safeTensor(new Float32Array(72).fill(0.5), [2, 3, 3, 4])]])),
    );
    expect(await qkv(args)).toMatchObject({ code: 0 });
    await writeFile(inputs, writeSafetensors(new Map([["pixel_values", safeTensor(new Float32Array(8), [8])]])));
    expect(await qkv(args)).toMatchObject({
      code: 2,
      stderr: `qkv: ${inputs}: expected pixel_values to be [B, C, H, W], got [8]\n`,
    });
  });
});

test("qkv inspect says what a model is", async () => {
  const { stdout } = await qkv(["inspect", model, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    architecture: "MarianMTModel",
    config: { dModel: 8 },
    tokenizer: { type: "BPE" },
  });
});

test("qkv evaluate scores as sacreBLEU does", async () => {
  const file = (name: string) => path.join(folder, `evaluated-${name}.txt`);
  const [source, reference, output] = [file("source"), file("reference"), file("output")];
  const evaluate = (...args: string[]) =>
    qkv(["evaluate", "translation", "--model", model, "--source", source, "--reference", reference, ...args]);
  // Lines without letters are their own translations, so that sacreBLEU can be asked about them once and for all.
  await writeFile(source, "1 2 3 4 5 6\n\n7 - 8\n");
  await writeFile(reference, "1 2 3 4 6 6\n\n7 - 8\n");
  const { stdout } = await evaluate("--json");
  const scores = {
    bleu: expect.closeTo(59.6949179201965, 9) as number,
    chrf: expect.closeTo(42.27513227513228, 9) as number,
  };
  expect(JSON.parse(stdout)).toMatchObject({ ...scores, segments: 3, beams: 4 });

  await writeFile(source, "the train to the station\nla gare\n1 2 3 4\n");
  await writeFile(reference, "one\ntwo\nthree\n");
  expect(await evaluate("--max-tokens", "12", "--output", output)).toMatchObject({ code: 0 });
  await copyFile(output, reference);
  expect((await evaluate("--max-tokens", "12")).stdout).toMatch(/^BLEU 100\.00 .*\nchrF 100\.00\nsegments 3\n$/);
});

test("qkv evaluate scores a test of kinds, each kind by the values it keeps", async () => {
  const kinds = path.join(folder, "kinds.tsv");
  await writeFile(kinds, "numbers\tthe {number} trains\tles {number} trains\nsentences\tthe train\tle train\n");
  await writeFile(path.join(folder, "lists.tsv"), "");
  const args = ["evaluate", "translation", "--model", model, "--kinds", kinds, "--max-tokens", "4"];
  expect(JSON.parse((await qkv([...args, "--json"])).stdout)).toMatchObject({
    kinds: [
      { kind: "numbers", sentences: 40, kept: 0 },
      { kind: "sentences", sentences: 1 },
      { kind: "in small letters" },
      { kind: "in capitals" },
      { kind: "without final mark" },
      { kind: "with curly quotes" },
    ],
  });
  expect((await qkv(args)).stdout).toMatch(
    /^\| kind \| sentences \| values kept \| chrF \|\n.*\n\| numbers \| 40 \| 0\.0 % \|/,
  );

  await writeFile(kinds, "numbers\tone column less\n");
  const { code, stderr } = await qkv(args);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${kinds}:1: expected`) as string,
  });
});

describe("bad input", () => {
  const oneLine = /^qkv: [^\n]+\n$/;

  test.each([
    ["an unknown language pair", ["translate", "--to", "xx", "hello"], /expected a language pair .* got en-xx/],
    ["a model that is nowhere", ["translate", "--model", "nowhere", "hello"], /got nowhere/],
    ["a run without a config", ["train", "translation"], /expected --config FILE and --out DIR/],
    ["a config that is nowhere", ["train", "translation", "--config", "no.json", "--out", "x"], /no.json: expected/],
    ["data that is not named", ["train", "translation", "--config", "recipes/en-fr.json", "--out", "OUT"], /QKV_DATA/],
  ])("%s is wrong usage, told in one line", async (_, args, message) => {
    const { code, stdout, stderr } = await qkv(args.map((arg) => (arg === "OUT" ? path.join(folder, "out") : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(message);
  });

  test.each([[["translate", "hello"]], [["evaluate", "translation", "--model", "x"]], [["train", "translation"]]])(
    "an unknown option is wrong usage too: %j",
    async (args) => {
      const { code, stderr } = await qkv([...args, "--beam", "3"]);
      expect(code).toBe(2);
      expect(stderr).toContain("--beam");
    },
  );

  test.each([
    [
      "another architecture",
      "config.json",
      (json: string) => json.replaceAll("marian", "bert"),
      /config.json: expected .* got "bert"/,
    ],
    [
      "other shapes",
      "config.json",
      (json: string) => json.replace('"d_model": 8', '"d_model": 6'),
      /expected shape \[.*\], got \[.*\]/,
    ],
    ["a missing model", "model.safetensors", undefined, /expected .*model.safetensors/],
  ])("%s is told in one line that names the file, with 1", async (_, file, change, message) => {
    const broken = await mkdtemp(path.join(folder, "broken-"));
    await writeTinyModel(path.join(broken, "model"));
    const target = path.join(broken, "model", file);
    if (change === undefined) await rm(target);
    else await writeFile(target, change(await readFile(target, "utf8")));
    const { code, stdout, stderr } = await qkv(["translate", "--model", path.join(broken, "model"), "the train"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(message);
  });

  test("a truncated model is told in one line, and its stack only if asked for", async () => {
    const broken = path.join(folder, "truncated");
    await writeTinyModel(broken);
    await truncate(path.join(broken, "model.safetensors"), 1000);
    const { code, stderr } = await qkv(["translate", "--model", broken, "the train"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(/model\.safetensors/);
  });
});
