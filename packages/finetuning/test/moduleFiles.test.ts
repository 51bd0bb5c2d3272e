// What an embedder's folder has besides its model is saved with it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { sentenceEmbeddings } from "@qkv/finetuning";
import { loadPretrained, memoryFiles, pretrainedFiles, type SentenceModules } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { openTokenizer } from "@qkv/tokenizers";
import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL("../../pretrained/test/golden/embedding-gemma", import.meta.url));
const TOKENIZER = new URL("../../pretrained/test/golden/tasks/tokenizer.json", import.meta.url);

test("an embedder with dense layers is saved with them", async () => {
  await initBackend("cpu");
  const pretrained = await loadPretrained(modelFolder(FOLDER));
  const kinds = pretrained.sentenceModules?.steps.map(({ kind }) => kind);
  expect(kinds).toEqual(["dense", "dense", "normalize"]);
  const tokenizer = (await openTokenizer((file) =>
    Promise.resolve(file === "tokenizer.json" ? readFileSync(TOKENIZER) : undefined),
  )) as NonNullable<typeof pretrained.tokenizer>;
  const files = sentenceEmbeddings.files?.({ ...pretrained, tokenizer }, {}) ?? new Map<string, Uint8Array>();
  expect([...files.keys()].filter((name) => name.includes("Dense"))).toEqual(
    ["2_Dense", "3_Dense"].flatMap((folder) => [`${folder}/config.json`, `${folder}/model.safetensors`]),
  );
  const { model } = pretrained;
  const again = await loadPretrained(memoryFiles("saved", new Map([...(await pretrainedFiles({ model })), ...files])));
  const { steps, pooling } = pretrained.sentenceModules as SentenceModules;
  expect(again.sentenceModules).toMatchObject({ steps, pooling });
  again.model.dispose();
  model.dispose();
});
