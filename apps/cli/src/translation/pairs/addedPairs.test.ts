import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAugmenter } from "../augmentation/openAugmenter.ts";
import { copyRecipeFiles } from "../config/recipePath.ts";
import { readSplits, type Splits } from "./splits.ts";
import { splitOf } from "./pairs.ts";
import { TranslationTrainingConfig } from "../config/trainingConfig.ts";

let folders: { data: string; recipe: string };
beforeAll(async () => {
  const root = await mkdtemp(path.join(tmpdir(), "qkv-pairs-"));
  folders = { data: path.join(root, "data"), recipe: path.join(root, "recipe") };
  await Promise.all([mkdir(folders.data), mkdir(folders.recipe)]);
});
afterAll(() => rm(path.dirname(folders.data), { recursive: true }));

const write = (file: string, pairs: readonly string[]) => writeFile(file, pairs.map((pair) => `${pair}\n`).join(""));

/** A sentence of a part of the data. */
const sentenceOf = (split: string) =>
  Array.from({ length: 1000 }, (_, i) => `Sentence ${i}.`).find((text) => splitOf(text) === split) ?? "";

function config(data: object): TranslationTrainingConfig {
  return TranslationTrainingConfig.parse({
    task: "translation",
    languages: { source: "fr", target: "en" },
    data: { pairs: { tsv: "main.tsv", reverse: true }, ...data },
    tokenizer: { vocabSize: 300 },
    model: { dModel: 8, encoderLayers: 1, decoderLayers: 1, numHeads: 1, ffnDim: 8 },
    training: { steps: 1, tokensPerBatch: 64, learningRate: 0.1 },
  });
}

describe("pairs added to the main ones", () => {
  test("are none that is tested or validated on, whatever its case and punctuation", async () => {
    const kept = ["test", "validation", "training"].map(sentenceOf);
    await write(
      path.join(folders.data, "main.tsv"),
      kept.map((english) => `${english}\tPhrase`),
    );
    const copies = kept.map((english) => `${english.toUpperCase().replace(".", " !")}\tPhrase`);
    await write(path.join(folders.recipe, "own.tsv"), [...copies, "😀\t😀"]);
    const splits = await readSplits(config({ added: [{ tsv: "./own.tsv", reverse: true }] }), folders);
    expect(splits.added[0]?.pairs).toEqual([
      { source: "Phrase", target: copies[2]?.split("\t")[0] },
      { source: "😀", target: "😀" },
    ]);
  });

  test("of either side: none in either language is tested on, nor trained on in the main file", async () => {
    const main = [`${sentenceOf("test")}\t가자.`, `${sentenceOf("training")}\t가자!`];
    await write(path.join(folders.data, "main.tsv"), main);
    await write(path.join(folders.recipe, "own.tsv"), ["Let us go.\t가 자", "Let us stay.\t있자"]);
    const added = [{ tsv: "./own.tsv", reverse: true }];
    const english = await readSplits(config({ added }), folders);
    const either = await readSplits(config({ added, apart: "eitherSide" }), folders);
    const counts = ({ training, added: [source] }: Splits) => [training.length, source?.pairs.length];
    expect([counts(english), counts(either)]).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  test("are split by group, whole ones, and get the other side's final mark", async () => {
    const groups = Array.from({ length: 60 }, (_, i) => [
      `How is ${i}?\t${i} 어때\t${i}_0`,
      `And ${i}?\t${i}는\t${i}_1`,
    ]);
    await write(path.join(folders.data, "more.tsv"), groups.flat());
    await write(path.join(folders.data, "main.tsv"), []);
    const added = [{ tsv: "more.tsv", split: "group", finalMarks: true }];
    const {
      added: [source],
    } = await readSplits(config({ added }), folders);
    const kept = groups.filter((_, i) => splitOf(`${i}`) === "training");
    expect(source?.pairs).toHaveLength(2 * kept.length);
    expect(kept.length).toBeLessThan(60);
    expect(source?.pairs.every(({ target }) => target.endsWith("?"))).toBe(true);
  });

  test("have a part of words at least, and cells apart", async () => {
    await write(path.join(folders.data, "more.tsv"), ["Open\tOuvrir", "Open the door / gate\tOuvrir la porte (f.)"]);
    const added = [{ tsv: "more.tsv", minWords: 2, cells: true }];
    const {
      added: [source],
    } = await readSplits(config({ added }), folders);
    expect(source?.pairs).toEqual([{ source: "Open the door", target: "Ouvrir la porte" }]);
  });

  test.each([
    ["no augmentation to fill their slots", undefined, "{number}", "expected data.augmentation for its slots"],
    ["a slot that nobody knows", { lists: "./lists.tsv" }, "{nonsense}", "{nonsense}: expected a slot that is known"],
  ])("are refused with %s", async (_what, augmentation, slot, message) => {
    await write(path.join(folders.recipe, "lists.tsv"), ["man\tTom\tTom"]);
    const splits: Splits = {
      training: [],
      validation: [],
      added: [{ pairs: [{ source: `a ${slot}`, target: slot }], weight: 1, cap: Infinity }],
    };
    const recipe = config({ added: [{ tsv: "./own.tsv" }], ...(augmentation && { augmentation }) });
    await expect(openAugmenter(recipe, splits, folders)).rejects.toThrow(`./own.tsv: ${message}`);
  });
});

test("a recipe's own files go into the run's folder, the data's do not", async () => {
  const run = path.join(folders.data, "run");
  await mkdir(path.join(folders.recipe, "en-fr"));
  await writeFile(path.join(folders.recipe, "en-fr", "own.tsv"), "a\tb\n");
  await copyRecipeFiles(["./en-fr/own.tsv", "main.tsv"], folders.recipe, run);
  expect(await readFile(path.join(run, "en-fr", "own.tsv"), "utf8")).toBe("a\tb\n");
  await expect(readFile(path.join(run, "main.tsv"))).rejects.toThrow("ENOENT");
});
