import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { templateProcessing, trainBpe } from "@qkv/tokenizers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-tokenize-"));
  const tokenizer = await trainBpe(["the train"], {
    vocabSize: 40,
    specialTokens: ["</s>", "<unk>"],
    unkToken: "<unk>",
    preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    postProcessor: templateProcessing({ single: "$A </s>", pair: "$A </s> $B </s>", specialTokens: { "</s>": 0 } }),
  });
  const truncation = { max_length: 2, strategy: "LongestFirst", stride: 0, direction: "Right" };
  const file = JSON.stringify({ ...tokenizer.toJSON(), truncation });
  await Promise.all([buildProgram(), writeFile(path.join(folder, "tokenizer.json"), file)]);
});
afterAll(() => rm(folder, { recursive: true }));

const lines = (stdout: string): unknown[] =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe("qkv tokenize", () => {
  test("gives a line for each line in, with offsets in UTF-16 positions", async () => {
    const { code, stdout, stderr } = await qkv(["tokenize", "--model", folder], {
      input: "the train\n\n😀\u2028 the\r\n",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines(stdout)).toMatchObject([
      { tokens: ["▁the", "▁train", "</s>"], offsets: [[0, 3], [3, 9], [0, 0]] }, // prettier-ignore
      { ids: [0], tokens: ["</s>"], offsets: [[0, 0]] },
      { tokens: ["▁", "<unk>", "<unk>", "▁the", "</s>"], offsets: [[0, 2], [0, 2], [2, 3], [3, 7], [0, 0]] }, // prettier-ignore
    ]);
  });

  test("--pair, --no-special-tokens", async () => {
    const file = path.join(folder, "tokenizer.json");
    const pair = await qkv(["tokenize", "--model", file, "--pair"], { input: "the\ttrain" });
    expect(lines(pair.stdout)).toMatchObject([{ tokens: ["▁the", "</s>", "▁train", "</s>"] }]);
    const bare = await qkv(["tokenize", "--model", file, "--no-special-tokens", "--json"], { input: "the" });
    expect(lines(bare.stdout)).toMatchObject([{ tokens: ["▁the"] }]);
  });

  test("cuts as the file says only if asked to", async () => {
    const { stdout } = await qkv(["tokenize", "--model", folder, "--truncate-and-pad"], { input: "the train" });
    expect(lines(stdout)).toMatchObject([{ tokens: ["▁the", "</s>"] }]);
  });

  test("--decode takes what it gives, and plain ids", async () => {
    const { stdout } = await qkv(["tokenize", "--model", folder], { input: "the train\n" });
    const { ids } = JSON.parse(stdout) as { ids: number[] };
    const input = `${stdout}${ids.join(" ")}\n\n`;
    const decode = ["tokenize", "--model", folder, "--decode"];
    expect((await qkv(decode, { input })).stdout).toBe("the train\nthe train\n\n");
    const kept = await qkv([...decode, "--keep-special-tokens", "--json"], { input: stdout });
    expect(JSON.parse(kept.stdout)).toEqual({ text: "the train</s>" });
  });

  test.each([
    ["a pair without a tab", ["--pair"], "the train", /line 1: expected two texts/],
    ["ids that are none", ["--decode"], "1 2\n1 x", /line 2: expected \{"ids":\[\]\} or ids/],
    ["JSON without ids", ["--decode"], '{"id":[1]}', /line 1: expected/],
  ])("%s is wrong usage, told in one line", async (_, args, input, message) => {
    const { code, stderr } = await qkv(["tokenize", "--model", folder, ...args], { input });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^qkv: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });

  test("opens folders with other files than a tokenizer.json", async () => {
    const other = path.join(folder, "bert");
    await mkdir(other);
    await writeFile(path.join(other, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ntrain\n");
    const { stdout } = await qkv(["tokenize", "--model", other], { input: "The train" });
    expect(lines(stdout)).toMatchObject([{ ids: [2, 4, 5, 3] }]);
  });

  test("what asks for too much work is refused, and goes on as the refusal says", async () => {
    const file = path.join(folder, "grows.json");
    const twice = { type: "Replace", pattern: { String: "a" }, content: "aa" };
    const normalizer = { type: "Sequence", normalizers: Array.from({ length: 6 }, () => twice) };
    await writeFile(file, JSON.stringify({ normalizer, model: { type: "BPE", vocab: { a: 0 }, merges: [] } }));
    const tokenize = (env: Readonly<Record<string, string>>) =>
      qkv(["tokenize", "--model", file], { input: "a".repeat(2000), env });
    const refused = await tokenize({});
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /expected at most 512 steps for each; maxSteps, in the program QKV_MAX_STEPS, raises it\n$/,
    );
    const { code, stdout } = await tokenize({ QKV_MAX_STEPS: "4000" });
    expect(code).toBe(0);
    expect((lines(stdout) as { ids: number[] }[])[0]?.ids).toHaveLength(64 * 2000);
    const wrong = await tokenize({ QKV_MAX_STEPS: "many" });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toBe("qkv: QKV_MAX_STEPS: expected a number above 0, got many\n");
  });

  test("a folder without a tokenizer is wrong usage", async () => {
    const { code, stderr } = await qkv(["tokenize", "--model", tmpdir()]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("tokenizer.json") as string });
  });
});
