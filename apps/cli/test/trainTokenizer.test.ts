import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Tokenizer } from "@qkv/tokenizers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

let folder: string;
let files: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-tokenizer-"));
  files = ["a.txt", "b.txt"].map((name) => path.join(folder, name));
  const [a = "", b = ""] = files;
  const lines = ["walk", "talk", "jump", "paint"].map((stem) => `the ${stem} ${stem}s ${stem}ed ${stem}ing there\r\n`);
  await Promise.all([buildProgram(), writeFile(a, lines.join("")), writeFile(b, "no line feed at the end, naïve 😀")]);
});
afterAll(() => rm(folder, { recursive: true }));

describe("qkv train tokenizer", () => {
  test.each([
    ["bpe", "300", "the talking 😀"],
    ["wordpiece", "80", "the talking"],
    ["unigram", "50", "the talking 😀"],
    ["wordlevel", "12", "the talking there"],
  ])("writes a %s tokenizer", async (model, size, text) => {
    const out = path.join(folder, `${model}.json`);
    const args = ["train", "tokenizer", "--model", model, "--vocab-size", size, "--out", out, ...files];
    const { code, stdout, stderr } = await qkv(args);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
    const tokenizer = Tokenizer.fromJSON(await readFile(out, "utf8"));
    expect(tokenizer.vocabSize).toBeLessThanOrEqual(Number(size));
    const { ids, tokens } = tokenizer.encode(text);
    expect(tokens.join("")).not.toContain("\r");
    if (model !== "wordlevel") expect(tokenizer.decode(ids)).toBe(text);
  });

  test("special tokens of one's own, and a least frequency", async () => {
    const out = path.join(folder, "own.json");
    const args = ["--model", "wordlevel", "--vocab-size", "20", "--min-frequency", "5", "--out", out];
    await qkv(["train", "tokenizer", ...args, "--special-token", "<s>", "<unk>", "--", ...files]);
    expect(Tokenizer.fromJSON(await readFile(out, "utf8")).toJSON().model.vocab).toEqual({
      "<s>": 0,
      "<unk>": 1,
      the: 2,
    });
  });

  test.each([
    [
      ["--model", "bpe", "--vocab-size", "300", "--out", path.join(tmpdir(), "x.json"), "/dev/null"],
      "/dev/null: expected a text to train on, got nothing but white space",
    ],
    [
      ["--model", "bpe", "--vocab-size", "300", "--out", "x.json", "missing.txt"],
      "missing.txt: expected a text file, got nothing of this name",
    ],
    [
      ["--model", "bpe", "--vocab-size", "300", "--out", "missing/x.json", "a.txt"],
      "--out: expected a file in a folder",
    ],
    [
      ["--model", "lstm", "--vocab-size", "300", "--out", "x.json", "a.txt"],
      "Allowed choices are bpe, wordpiece, unigram",
    ],
    [["--model", "unigram", "--vocab-size", "0", "--out", "x.json", "a.txt"], "expected a whole number from 1"],
    [
      ["--model", "unigram", "--vocab-size", "9", "--min-frequency", "2", "--out", "x.json", "a.txt"],
      "--min-frequency",
    ],
    [
      ["--model", "unigram", "--vocab-size", "9", "--special-token", "<s>", "--out", "x.json", "a.txt"],
      "expected <unk> among",
    ],
  ])("says what is wrong with %j", async (args, message) => {
    const { code, stderr } = await qkv(["train", "tokenizer", ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
