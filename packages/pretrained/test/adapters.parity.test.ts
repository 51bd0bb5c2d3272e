import { readFileSync } from "node:fs";
import type { FamilyModel } from "@qkv/transformer";
import { initBackend } from "@qkv/backend";
import { AdapterSet, mergeLora } from "@qkv/nn";
import { adapterFiles, loadAdapter, loadPretrained, memoryFiles, type ModelFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, type SafeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { expectClose, expectNoLeaks, golden, type Golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { goldenFolder } from "./goldenFolder.ts";

beforeAll(() => initBackend("cpu"));

const file = (name: string, of: string) => new URL(`golden/adapters/${name}/${of}`, import.meta.url);
const FILES = ["adapter_config.json", "adapter_model.safetensors"];

function filesOf(name: string): Map<string, Uint8Array> {
  return new Map(FILES.map((of) => [of, new Uint8Array(readFileSync(file(name, of)))]));
}

/** The folder that PEFT saved, with some fields and arrays in the place of its own; null takes one away. */
function changed(name: string, config: object, arrays: Readonly<Record<string, SafeTensor | null>> = {}): ModelFiles {
  const files = filesOf(name);
  const json = JSON.parse(new TextDecoder().decode(files.get("adapter_config.json"))) as object;
  const { tensors } = parseSafetensors(files.get("adapter_model.safetensors") ?? new Uint8Array());
  const all = [...Object.entries({ ...Object.fromEntries(tensors), ...arrays })].flatMap(([key, tensor]) =>
    tensor === null ? [] : [[key, tensor] as const],
  );
  files.set("adapter_config.json", new TextEncoder().encode(JSON.stringify({ ...json, ...config })));
  files.set("adapter_model.safetensors", writeSafetensors(new Map(all)));
  return memoryFiles(name, files);
}

/** The logits of a model for the inputs of its golden. */
function logitsOf(model: FamilyModel, arrays: Golden): tf.Tensor {
  return tf.tidy(() => {
    const input = (name: string) => arrays.tensor<tf.Rank.R2>(`input/${name}`);
    const inputs = {
      ...{ ids: input("ids"), attentionMask: tf.cast(input("keep"), "bool") },
      ...(arrays.names.includes("input/decoder_ids") && { decoderIds: input("decoder_ids") }),
      ...(arrays.names.includes("input/types") && { tokenTypes: input("types") }),
    };
    const { forward } = model as unknown as { forward: (of: object) => { logits: tf.Tensor } };
    return forward.call(model, inputs).logits;
  });
}

const open = async (base: string) => (await loadPretrained(goldenFolder(base).files(), { dtype: "float32" })).model;

describe.each([
  ["llama", "llama"],
  ["llama-rslora", "llama"],
  ["mistral-dora", "mistral"],
  ["mistral-table", "mistral"],
  ["gpt2", "gpt2"],
  ["gpt2-dora", "gpt2"],
  ["gpt_neox", "gpt_neox"],
  ["bert", "bert-classifier"],
  ["t5", "t5"],
  ["marian", "marian-swish"],
])("%s", (name, base) => {
  test("gives PEFT's logits, on the model, merged, and as it is saved again", () =>
    expectNoLeaks(async () => {
      const { arrays } = goldenFolder(base);
      const expected = golden(file(name, "expected.safetensors")).array("logits");
      const model = await open(base);
      const before = logitsOf(model, arrays);
      const adapter = await loadAdapter(model, memoryFiles(name, filesOf(name)));
      adapter.attach();
      const adapted = logitsOf(model, arrays);
      await expectClose(adapted, expected, { atol: 1e-5, rtol: 1e-5 });

      const saved = await adapterFiles({ model, adapter, base });
      adapter.detach();
      const after = logitsOf(model, arrays);
      expect(await after.data()).toEqual(await before.data());

      const theirs = parseSafetensors(filesOf(name).get("adapter_model.safetensors") ?? new Uint8Array()).tensors;
      const ours = parseSafetensors(saved.get("adapter_model.safetensors") ?? new Uint8Array()).tensors;
      const plain = (key: string) => key.replace(".base_layer.", ".");
      expect([...ours.keys()].map(plain)).toEqual([...theirs.keys()].map(plain).sort());
      for (const [key, tensor] of theirs) {
        const mine = ours.get(key) ?? ours.get(plain(key));
        expect(mine?.shape, key).toEqual(tensor.shape);
        expect(mine && toFloat32(mine), key).toEqual(toFloat32(tensor));
      }
      const again = await loadAdapter(model, memoryFiles("again", saved));
      again.attach();
      const reopened = logitsOf(model, arrays);
      expect(await reopened.data()).toEqual(await adapted.data());
      mergeLora(model.params);
      const merged = logitsOf(model, arrays);
      await expectClose(merged, expected, { atol: 1e-5, rtol: 1e-5 });
      tf.dispose([before, adapted, after, reopened, merged]);
      again.dispose();
      adapter.dispose();
      model.dispose();
    }));
});

test("two adapters are switched without loading, and none is on afterwards", () =>
  expectNoLeaks(async () => {
    const { arrays } = goldenFolder("llama");
    const model = await open("llama");
    const adapters = new AdapterSet();
    const plain = logitsOf(model, arrays);
    for (const name of ["llama", "llama-rslora"])
      adapters.add(name, await loadAdapter(model, memoryFiles(name, filesOf(name))));
    for (const name of ["llama", "llama-rslora", "llama"]) {
      adapters.use(name);
      const logits = logitsOf(model, arrays);
      await expectClose(logits, golden(file(name, "expected.safetensors")).array("logits"), { atol: 1e-5, rtol: 1e-5 });
      logits.dispose();
    }
    expect([adapters.names, adapters.active]).toEqual([["llama", "llama-rslora"], "llama"]);
    expect(() => adapters.use("other")).toThrow('AdapterSet: expected llama or llama-rslora, got "other"');
    adapters.use(null);
    const after = logitsOf(model, arrays);
    expect(await after.data()).toEqual(await plain.data());
    adapters.dispose();
    tf.dispose([plain, after]);
    model.dispose();
  }));

test("what PEFT would compute otherwise is refused by name, and leaves no tensor", async () => {
  const [llama, gpt2, bert] = [await open("llama"), await open("gpt2"), await open("bert-classifier")];
  const mistral = await open("mistral");
  await expectNoLeaks(async () => {
    const load = (files: ModelFiles, model = llama) => loadAdapter(model, files);
    const B = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
    await expect(load(changed("llama", { peft_type: "IA3" }))).rejects.toThrow(
      'llama/adapter_config.json: peft_type: expected "LORA", got "IA3"',
    );
    await expect(load(changed("llama", { lora_bias: true }))).rejects.toThrow("lora_bias: expected none");
    await expect(load(changed("llama", { init_lora_weights: "pissa" }))).rejects.toThrow("init_lora_weights: expected");
    await expect(load(changed("llama", { lora_dropout: 1 }))).rejects.toThrow("lora_dropout: expected a share in");
    await expect(load(changed("llama", { a_new_field: 3 }))).rejects.toThrow("a_new_field: expected no field of this");
    await expect(load(changed("llama", { r: 4 }))).rejects.toThrow("lora_A.weight: expected shape [4,12], got [2,12]");
    await expect(load(changed("llama", {}, { [B]: null }))).rejects.toThrow(`${B}: expected an array [24,2], got none`);
    await expect(load(changed("llama", { target_modules: ["q_proj", "v_proj"] }))).rejects.toThrow(
      "got model.layers.0.mlp",
    );
    await expect(
      load(changed("llama", { target_modules: ["q_proj", "v_proj", "down_proj", "o_proj"] })),
    ).rejects.toThrow(
      "self_attn.o_proj.lora_A.weight: expected an array, since adapter_config.json names the module, got none",
    );
    await expect(load(changed("llama", { use_dora: true }))).rejects.toThrow(
      "lora_magnitude_vector: expected an array",
    );
    await expect(load(changed("mistral-dora", { use_dora: false }), mistral)).rejects.toThrow(
      "lora_magnitude_vector without use_dora",
    );
    await expect(load(changed("gpt2", {}))).rejects.toThrow(/transformer\.h\.0.* \(the adapter is of gpt2\)/);
    await expect(load(changed("gpt2", { bias: "none" }), gpt2)).rejects.toThrow("got another array");
    await expect(load(changed("bert", { modules_to_save: null }), bert)).rejects.toThrow("got another array");
    const table = {
      "base_model.model.model.embed_tokens.lora_embedding_A": safeTensor(new Float32Array(62), [2, 31], "F32"),
    };
    await expect(load(changed("llama", {}, table))).rejects.toThrow("shares its numbers with lm_head.weight");
    await expect(load(memoryFiles("bare", new Map([...filesOf("llama")].slice(0, 1))))).rejects.toThrow(
      "bare/adapter_model.safetensors: expected a file, got nothing",
    );
  });
  for (const model of [llama, gpt2, bert, mistral]) model.dispose();
});
