import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeTinyModels } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

let folder: string;
const model = (name: string) => ["--model", path.join(folder, "tiny", name), "--backend", "cpu"];
const texts = (name: string) => path.join(folder, "texts", name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-text-tasks-"));
  writeTinyModels(path.join(folder, "tiny"));
  await buildProgram();
});
afterAll(() => rm(folder, { recursive: true }));

const lines = (stdout: string): unknown[] =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

/** What a run printed, which succeeded and said nothing else. */
async function printed(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await qkv([...args], input === undefined ? {} : { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("text tasks", () => {
  test("embed: a vector for each line, fewer numbers if asked", async () => {
    const found = lines(await printed(["embed", ...model("embedder")], "Ada wrote\nNo.\n")) as number[][];
    expect(found.map(({ length }) => length)).toEqual([16, 16]);
    const [told] = lines(await printed(["embed", ...model("embedder"), "--json", "--dimensions", "4", "Ada wrote"]));
    expect(told).toEqual({ text: "Ada wrote", embedding: found[0]?.slice(0, 4) });
  });

  test("classify-text: classes of each text, and labels of one's own", async () => {
    const [{ labels = [] } = {}] = lines(
      await printed(["classify-text", ...model("classifier"), "--json", "--top", "2", "No."]),
    ) as { labels?: { label: string }[] }[];
    expect(labels).toHaveLength(2);
    const text = await printed(["classify-text", ...model("nli"), "Ada wrote", "--labels", "food", "engines"]);
    expect(text).toMatch(/^(?:food|engines) 0\.\d{4}\t(?:food|engines) 0\.\d{4}\tAda wrote\n$/);
    const { code, stderr } = await qkv(["classify-text", ...model("nli"), "--multi-label", "Ada"]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("expected --labels") as string });
  });

  test("tag: entities with their places", async () => {
    const [found] = lines(await printed(["tag", ...model("tagger"), "--json", "Ada wrote programs in London."])) as {
      text: string;
      entities: { start: number; end: number; text: string }[];
    }[];
    for (const { start, end, text } of found?.entities ?? []) expect(found?.text.slice(start, end)).toBe(text);
    expect(found?.entities.length).toBeGreaterThan(0);
  });

  test("answer: what stands in a file", async () => {
    await writeFile(path.join(folder, "about.txt"), "Ada Lovelace wrote programs in London.\n");
    const args = ["answer", ...model("answerer"), "--in", path.join(folder, "about.txt"), "--json", "Who wrote?"];
    const [found] = lines(await printed(args)) as { question: string; answers: { answer: string }[] }[];
    expect(found?.question).toBe("Who wrote?");
    expect("Ada Lovelace wrote programs in London.").toContain(found?.answers[0]?.answer);
  });

  test("fill: tokens for masks; a line without one is an error", async () => {
    expect(await printed(["fill", ...model("masked"), "--top", "2", "Ada [MASK]."])).toMatch(
      /^\S+ 0\.\d{4}, \S+ 0\.\d{4}\n$/,
    );
    const { code, stderr } = await qkv(["fill", ...model("masked"), "Ada."]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("expected [MASK]") as string });
  });

  test("search: passages of a folder, the nearest first", async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(path.join(folder, "texts", ".hidden"), { recursive: true });
    await writeFile(texts("b.md"), "# Food\n\nthe café is open until noon\n");
    await writeFile(texts("a.txt"), "Ada wrote programs in London.\n");
    await writeFile(texts("picture.png"), new Uint8Array([0xff]));
    await writeFile(path.join(folder, "texts", ".hidden", "c.txt"), "hidden\n");
    const args = ["search", ...model("embedder"), "--in", path.join(folder, "texts"), "--json", "the café is open"];
    const found = lines(await printed(args)) as { score: number; file: string; line: number }[];
    expect(found.map(({ file }) => path.basename(file)).sort()).toEqual(["a.txt", "b.md"]);
    expect(found[0]?.score).toBeGreaterThanOrEqual(found[1]?.score ?? 1);
    const { code, stderr } = await qkv(["search", ...model("embedder"), "--in", path.join(folder, "nowhere"), "x"]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("expected a folder") as string });
  });

  test("a model of another class, and a text that is too long", async () => {
    const { code, stderr } = await qkv(["tag", ...model("masked"), "Ada"]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("createTokenClassifier expected a model that classifies tokens") as string,
    });
    const long = await qkv(["embed", ...model("embedder")], { input: `Ada\n${"Ada wrote programs. ".repeat(20)}\n` });
    expect(long.code).toBe(0);
    expect(long.stderr).toMatch(/line 2: of its \d+ tokens the model reads 24/);
  });
});
