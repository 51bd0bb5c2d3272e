// What comes in the place of a model's file is named, whichever file it is of.
import { cp, mkdtemp, readdir, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles, PretrainedError } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { startHub } from "@qkv/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const [FLOAT32, SHARDED] = ["float32", "sharded"].map((name) =>
  fileURLToPath(new URL(`golden/${name}`, import.meta.url)),
);
const SHA = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${SHA}\nsize 12345\n`;
const text = (words: string) => new TextEncoder().encode(words);

beforeAll(() => initBackend("cpu").then(() => undefined));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qkv-contents-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The error of a folder whose file is another, from the disk and from memory. */
async function failures(from: string, file: string, bytes: Uint8Array): Promise<string[]> {
  await cp(from, folder, { recursive: true });
  await writeFile(join(folder, file), bytes);
  const names = await readdir(folder);
  const onDisk = modelFolder(folder);
  const inMemory = new Map<string, Uint8Array>();
  for (const name of names) inMemory.set(name, (await onDisk.read(name).catch(() => bytes)) ?? bytes);
  const errors: unknown[] = [];
  for (const files of [onDisk, memoryFiles(folder, inMemory)]) {
    await loadPretrained(files).catch((error: unknown) => errors.push(error));
  }
  for (const error of errors) expect(error).toBeInstanceOf(PretrainedError);
  return errors.map((error) => (error as Error).message);
}

const FILES = ["config.json", "generation_config.json", "tokenizer.json", "model.safetensors"];

describe.each<[string, Uint8Array, string]>([
  [
    "a Git LFS pointer",
    text(POINTER),
    "expected the file itself, got a Git LFS pointer, which only names it: run git lfs pull",
  ],
  ["an HTML page", text("\n<!DOCTYPE html>\n<html>"), "expected the file itself, got an HTML page: is the address"],
  ["an HTML page with a mark at its front", text("\ufeff<html lang=en>"), "expected the file itself, got an HTML page"],
  ["a server's error", text("<?xml version='1.0'?><Error/>"), "expected the file itself, got an XML document"],
  ["a zip archive", text("PK\x03\x04abc"), "expected the file itself, got a zip archive, perhaps a file of PyTorch's"],
  ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), "expected the file itself, got a gzip file"],
  ["a GGUF file", text("GGUF\x03"), "expected the file itself, got a GGUF file"],
  ["nothing", new Uint8Array(), "expected a file's bytes, got an empty file"],
])("%s", (_, bytes, said) => {
  test.each(FILES)("in the place of %s", async (file) => {
    const messages = await failures(FLOAT32 ?? "", file, bytes);
    expect(messages).toEqual(Array(2).fill(expect.stringContaining(`${folder}/${file}: ${said}`)));
  });

  test("in the place of a shard, and of the index", async () => {
    const shard = (await readdir(SHARDED ?? "")).find((name) => name.endsWith(".safetensors")) ?? "";
    for (const file of [shard, "model.safetensors.index.json"]) {
      const messages = await failures(SHARDED ?? "", file, bytes);
      expect(messages).toEqual(Array(2).fill(expect.stringContaining(`${folder}/${file}: ${said}`)));
    }
  });
});

describe("a model without safetensors", () => {
  test.each([
    [
      ["pytorch_model.bin"],
      "got pytorch_model.bin, which is PyTorch's and runs code when it is opened: in Python, AutoModel",
    ],
    [["pytorch_model-00001-of-00002.bin"], "got pytorch_model-00001-of-00002.bin, which is PyTorch's"],
    [["tf_model.h5", "pytorch_model.bin"], "got pytorch_model.bin, which"],
    [["tf_model.h5"], "got tf_model.h5, which is TensorFlow's or Flax's"],
    [["flax_model.msgpack"], "got flax_model.msgpack, which is TensorFlow's or Flax's"],
    [["adapter_model.safetensors"], "got adapter_model.safetensors, which is an adapter, not a model"],
    [["model.Q4_K_M.gguf"], "got model.Q4_K_M.gguf, which the option file"],
    [["weights.safetensors"], "got weights.safetensors, which has another name"],
    [[], "got neither"],
  ])("but with %j says what to do", async (names, said) => {
    await cp(FLOAT32 ?? "", folder, { recursive: true });
    await unlink(join(folder, "model.safetensors"));
    for (const name of names) await writeFile(join(folder, name), "bytes");
    const files = modelFolder(folder);
    await expect(loadPretrained(files)).rejects.toThrow(
      `${folder}: expected model.safetensors or model.safetensors.index.json, ${said}`,
    );
    const bytes: Record<string, Uint8Array> = {};
    for (const name of await readdir(folder)) bytes[name] = (await files.read(name)) ?? new Uint8Array();
    const commit = "1".repeat(40);
    const hub = await startHub({ "me/tiny": { commits: { [commit]: bytes }, revisions: { main: commit } } });
    await expect(loadPretrained("me/tiny", { endpoint: hub.endpoint })).rejects.toThrow(said);
    await hub.close();
  });
});
