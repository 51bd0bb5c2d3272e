// Where a model's chat template is, and which of several counts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import {
  blobFiles,
  chatTemplateFiles,
  loadPretrained,
  memoryFiles,
  PretrainedError,
  pretrainedFiles,
} from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectNoLeaks } from "@qkv/testing";
import { beforeAll, expect, test } from "vitest";

const gguf = readFileSync(new URL("golden/gguf/llama.gguf", import.meta.url));
const encode = (json: unknown) =>
  json instanceof Uint8Array ? json : new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));
let folder: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  await initBackend("cpu");
  const { model } = await loadPretrained(blobFiles("m", [new File([gguf], "m.gguf")]));
  folder = await pretrainedFiles({ model });
  model.dispose();
});

async function templateOf(more: Readonly<Record<string, unknown>>) {
  const files = new Map([...folder, ...Object.entries(more).map(([name, json]) => [name, encode(json)] as const)]);
  const { model, chatTemplate } = await loadPretrained(memoryFiles("dir", files));
  model.dispose();
  return chatTemplate;
}

test("a GGUF file's, with the texts of its special tokens", async () => {
  const { model, chatTemplate } = await loadPretrained(blobFiles("m", [new File([gguf], "m.gguf")]));
  model.dispose();
  expect(chatTemplate).toEqual({
    template: "{{ messages }}",
    specialTokens: expect.objectContaining({ bos_token: "<|begin|>", eos_token: "<|end|>" }) as unknown,
  });
});

const config = { bos_token: { content: "<s>" }, eos_token: "</s>", pad_token: null, chat_template: "config's" };

test.each([
  ["none", {}, undefined],
  ["none of a tokenizer without", { "tokenizer_config.json": { eos_token: "</s>" } }, undefined],
  ["the one of tokenizer_config.json", { "tokenizer_config.json": config }, "config's"],
  ["the file's own first", { "tokenizer_config.json": config, "chat_template.jinja": "file's" }, "file's"],
  [
    "of several the default",
    {
      "tokenizer_config.json": {
        ...config,
        chat_template: [
          { name: "tool_use", template: "tools" },
          { name: "default", template: "plain" },
        ],
      },
    },
    "plain",
  ],
])("%s", async (_, more, template) => {
  const found = await templateOf(more);
  expect(found?.template).toBe(template);
  if (found !== undefined) expect(found.specialTokens).toEqual({ bos_token: "<s>", eos_token: "</s>" });
});

test("several have names, in a list or as files of their own, in memory and on disk", async () => {
  const chat_template = [
    { name: "default", template: "plain" },
    { name: "tool_use", template: "tools" },
  ];
  const several = { template: "plain", named: { tool_use: "tools" } };
  expect(await templateOf({ "tokenizer_config.json": { chat_template } })).toEqual({ ...several, specialTokens: {} });
  const files = chatTemplateFiles(several);
  expect([...files.keys()]).toEqual(["chat_template.jinja", "additional_chat_templates/tool_use.jinja"]);
  const own = { ...Object.fromEntries(files), "additional_chat_templates/notes.txt": encode("no template") };
  expect(await templateOf(own)).toEqual({ ...several, specialTokens: {} });

  const path = mkdtempSync(join(tmpdir(), "qkv-templates-"));
  mkdirSync(join(path, "additional_chat_templates"));
  for (const [name, bytes] of [...folder, ...Object.entries(own)]) writeFileSync(join(path, name), bytes);
  const { model, chatTemplate } = await loadPretrained(modelFolder(path));
  model.dispose();
  rmSync(path, { recursive: true });
  expect(chatTemplate).toEqual({ ...several, specialTokens: {} });
});

test("several without a default are refused by name", async () => {
  const chat_template = [{ name: "rag", template: "x" }];
  await expectNoLeaks(async () => {
    const failed = templateOf({ "tokenizer_config.json": { ...config, chat_template } });
    await expect(failed).rejects.toThrow(PretrainedError);
    await expect(failed).rejects.toThrow(
      'dir/tokenizer_config.json: expected chat_template to be a text, or a list with one named default, got [{"name":"rag"',
    );
  });
});
