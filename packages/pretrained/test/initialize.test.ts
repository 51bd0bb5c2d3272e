// Models that start anew, as a whole or with another head, from the tiny folders of text tasks.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { type InitializeOptions, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectNoLeaks, writeTinyModels } from "@qkv/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "qkv-initialize-"));
beforeAll(async () => {
  writeTinyModels(folder);
  await initBackend("cpu");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The numbers of an opened model by name; nothing is left behind. */
async function numbersOf(name: string, initialize?: InitializeOptions) {
  return expectNoLeaks(async () => {
    const opened = await loadPretrained(modelFolder(join(folder, name)), { ...(initialize && { initialize }) });
    const { architecture, config, model } = opened;
    const values = new Map<string, string>();
    for (const [path, { parts }] of model.params.weights()) values.set(path, (await parts.data.data()).join());
    model.dispose();
    return { architecture, config: config as { labels?: readonly string[]; problemType?: string }, values };
  });
}

const changed = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
  [...a].filter(([path, numbers]) => b.get(path) !== numbers).map(([path]) => path);

test("another head is new, and the encoder stays", async () => {
  const stored = await numbersOf("masked");
  const labels = ["a", "b", "c"];
  const first = await numbersOf("masked", { task: "sequenceClassification", labels, seed: 1 });
  expect(first.architecture).toBe("BertForSequenceClassification");
  expect(first.config.labels).toEqual(labels);
  const isNew = (path: string) => !path.startsWith("encoder.");
  expect(changed(first.values, stored.values)).toEqual([...first.values.keys()].filter(isNew));
  const again = await numbersOf("masked", { task: "sequenceClassification", labels, seed: 1 });
  expect(changed(first.values, again.values)).toEqual([]);
  const other = await numbersOf("masked", { task: "sequenceClassification", labels, seed: 2 });
  expect(changed(first.values, other.values)).toEqual(["pooler.transform.dense.weight", "classifier.weight"]);
});

test("a classifier of the same labels stays, one of others is new", async () => {
  const stored = await numbersOf("classifier");
  const { labels = [] } = stored.config;
  expect(changed((await numbersOf("classifier", { labels })).values, stored.values)).toEqual([]);
  const renamed = await numbersOf("classifier", { labels: labels.toReversed() });
  expect(changed(renamed.values, stored.values)).toContain("classifier.weight");
  expect(changed(renamed.values, stored.values)).not.toContain("pooler.transform.dense.weight");
  const type = await numbersOf("classifier", { labels: ["x"], problemType: "regression" });
  expect(type.config).toMatchObject({ labels: ["x"], problemType: "regression" });
});

test("all of a model may be new", async () => {
  const [stored, anew] = [await numbersOf("embedder"), await numbersOf("embedder", { weights: "all", seed: 3 })];
  expect(changed(anew.values, stored.values)).toEqual([...anew.values.keys()]);
});

test.each<[InitializeOptions, string]>([
  [
    { task: "causalLM" },
    "embedder/config.json: expected a model that can be made one for causalLM, got a bert, which is for",
  ],
  [{ labels: [] }, "initialize: expected labels to be a list of names, got "],
  [{ labels: ["a", "a"] }, 'initialize: expected labels that differ, got "a" twice'],
  [{ seed: 0.5 }, "initialize: expected seed to be an integer, got "],
  [{ weights: "none" as never }, "initialize: expected weights to be head or all, got "],
  [{ problemType: "ranking" as never }, "initialize: expected problemType to be one of regression, "],
  [
    { layers: 2 } as never,
    "loadPretrained: initialize: expected task, labels, problemType, weights, seed as options, got layers",
  ],
])("%j is refused", async (initialize, message) => {
  await expect(numbersOf("embedder", initialize)).rejects.toThrow(message);
});

test("an encoder that lacks weights of its own is refused with a new head too", async () => {
  const files = modelFolder(join(folder, "tagger"));
  const lacking = { ...files, read: files.read.bind(files), name: "tagger" };
  const config = JSON.parse(new TextDecoder().decode(await files.read("config.json"))) as object;
  lacking.read = async (file, options) =>
    file === "config.json"
      ? new TextEncoder().encode(JSON.stringify({ ...config, num_hidden_layers: 3 }))
      : files.read(file, options);
  const opening = loadPretrained(lacking, { initialize: { task: "sequenceClassification" } });
  await expect(opening).rejects.toThrow(/no tensor for encoder\.layers\.2/);
});
