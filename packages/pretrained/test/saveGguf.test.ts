import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { loadPretrained, pretrainedGguf } from "@qkv/pretrained";
import { modelFolder, saveGguf } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";
beforeAll(async () => {
  await initBackend("cpu");
  folder = await mkdtemp(join(tmpdir(), "qkv-save-gguf-"));
});
afterAll(() => rm(folder, { recursive: true }));

const build = (fields: object = {}) =>
  llama.build(
    Params.initialized(1),
    llama.parseConfig({
      ...{ model_type: "llama", vocab_size: 9, hidden_size: 32, intermediate_size: 32, num_hidden_layers: 1 },
      ...{ num_attention_heads: 2, max_position_embeddings: 8, ...fields },
    }),
  );

test("a file of the parts, alone in its folder, in the place of an older one", async () => {
  using model = build();
  const file = join(folder, "new", "deep", "m.gguf");
  for (let time = 0; time < 2; time++) {
    await saveGguf(file, { model, name: `number ${time}` });
    const parts: Uint8Array[] = [];
    for await (const part of pretrainedGguf({ model, name: `number ${time}` })) parts.push(part);
    expect(Buffer.compare(await readFile(file), Buffer.concat(parts))).toBe(0);
    expect(await readdir(join(folder, "new", "deep"))).toEqual(["m.gguf"]);
  }
  const again = await loadPretrained(modelFolder(file));
  expect(again.architecture).toBe("LlamaForCausalLM");
  again.model.dispose();
});

test("what cannot be saved leaves the old file and nothing new", async () => {
  using model = build({ hidden_act: "gelu" });
  const own = join(folder, "own");
  await mkdir(own);
  await writeFile(join(own, "m.gguf"), "old");
  await expect(saveGguf(join(own, "m.gguf"), { model })).rejects.toThrow("got activation");
  await expect(saveGguf(join(own, "below", "m.gguf"), { model })).rejects.toThrow("got activation");
  const { data } = model.params.weights().get("layers.0.ffn.upProj.weight")?.parts ?? {};
  using large = build();
  large.params.weights().get("layers.0.ffn.upProj.weight")?.parts.data.dispose(); // fails when its turn comes
  expect(data?.isDisposed).toBe(false);
  await expect(saveGguf(join(own, "m.gguf"), { model: large })).rejects.toThrow();
  expect(await readdir(own)).toEqual(["m.gguf"]);
  expect(await readFile(join(own, "m.gguf"), "utf8")).toBe("old");
});

test.each([
  ["m.bin", 'saveGguf: expected the path of a .gguf file, got "m.bin"'],
  [undefined, "saveGguf: expected the path of a .gguf file, got nothing"],
  ["folder.gguf", "folder.gguf to be a file or nothing yet, got a folder"],
])("%s is no file to write", async (name, message) => {
  using model = build();
  await mkdir(join(folder, "folder.gguf"), { recursive: true });
  await expect(saveGguf(name === undefined ? (name as never) : join(folder, name), { model })).rejects.toThrow(
    message.replace('"m.bin"', JSON.stringify(join(folder, "m.bin"))),
  );
});
