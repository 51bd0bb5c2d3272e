// GGUF files of many families: logits of transformers from the weights as they were rounded, and the same files written again.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { isQuantized, type MetadataValue, parseGguf, type ValueType, writeGguf } from "@qkv/gguf";
import { ggufFiles, loadPretrained, memoryFiles, pretrainedFiles, pretrainedGguf } from "@qkv/pretrained";
import { parseSafetensors, toFloat32, toInt32 } from "@qkv/safetensors";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import { Tokenizer } from "@qkv/tokenizers";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const FOLDER = new URL("golden/gguf/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const open = (bytes: Uint8Array) =>
  loadPretrained(ggufFiles(memoryFiles("drop", new Map([["m.gguf", bytes]])), "m.gguf"));

async function expectLogits(model: CausalLanguageModel, name: string): Promise<void> {
  const { tensors } = parseSafetensors(read(`${name}.safetensors`));
  const [ids, logits] = ["ids", "logits"].map((each) => tensors.get(each));
  if (ids === undefined || logits === undefined) throw new Error(`${name}.safetensors: expected ids and logits`);
  const expected = toFloat32(logits);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const input = tf.tensor2d(toInt32(ids), ids.shape as [number, number]);
  const output = model.forward({ ids: input });
  // What single precision loses in two layers, of logits that GPT-2's reach 100 in.
  await expectClose(output.logits, { shape: logits.shape, data: expected }, { atol: 1e-5 * largest });
  tf.dispose([input, { ...output }] as unknown as tf.TensorContainer);
}

/** The blocks of a file by name. */
function blocksOf(bytes: Uint8Array): Record<string, unknown> {
  const blocks = [...parseGguf(bytes).tensors].filter(([, { type }]) => isQuantized(type));
  return Object.fromEntries(blocks.map(([name, tensor]) => [name, { ...tensor, bytes: [...tensor.bytes] }]));
}

const FAMILIES = [
  ["gemma3", "Gemma3ForCausalLM"],
  ["gemma2", "Gemma2ForCausalLM"],
  ["gemma", "GemmaForCausalLM"],
  ["phi3", "Phi3ForCausalLM"],
  ["smollm3", "SmolLM3ForCausalLM"],
  ["gpt2", "GPT2LMHeadModel"],
  ["olmo2", "Olmo2ForCausalLM"],
  ["granite", "GraniteForCausalLM"],
  ["gptneox", "GPTNeoXForCausalLM"],
  ["falcon", "FalconForCausalLM"],
  ["falcon-40b", "FalconForCausalLM"],
  ["bloom", "BloomForCausalLM"],
  ["phi2", "PhiForCausalLM"],
  ["command-r", "CohereForCausalLM"],
  ["stablelm", "StableLmForCausalLM"],
  ["mixtral", "MixtralForCausalLM"],
  ["qwen2moe", "Qwen2MoeForCausalLM"],
  ["qwen3moe", "Qwen3MoeForCausalLM"],
] as const;

async function saved(model: CausalLanguageModel): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of pretrainedGguf({ model })) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

describe("opens, and is saved as a folder and as a file, with the logits of the weights as they were rounded", () => {
  beforeAll(() => initBackend("cpu"));

  test.each(FAMILIES)("%s.gguf", (name, className) =>
    expectNoLeaks(async () => {
      const pretrained = await open(read(`${name}.gguf`));
      const model = pretrained.model as CausalLanguageModel;
      expect(pretrained.architecture).toBe(className);
      await expectLogits(model, name);
      const [folder, file] = [await pretrainedFiles({ model }), await saved(model)];
      model.dispose();
      for (const again of [await loadPretrained(memoryFiles("again", folder)), await open(file)]) {
        expect(again.architecture).toBe(className);
        await expectLogits(again.model as CausalLanguageModel, name);
        again.model.dispose();
      }
    }),
  );
});

describe("is saved with its blocks bit for bit", () => {
  beforeAll(() => initBackend("wasm", { threads: 1 }));

  test.each(FAMILIES)("%s.gguf", (name) =>
    expectNoLeaks(async () => {
      const { model } = await open(read(`${name}.gguf`));
      const [before, after] = [read(`${name}.gguf`), await saved(model as CausalLanguageModel)];
      model.dispose();
      expect(Object.keys(blocksOf(before)).length).toBeGreaterThan(4);
      expect(blocksOf(after)).toEqual(blocksOf(before));
      expect([...parseGguf(after).tensors.keys()].sort()).toEqual([...parseGguf(before).tensors.keys()].sort());
    }),
  );
});

type Change = [key: string, value: MetadataValue];
const number = (value: number): MetadataValue => ({ type: "float32", value });

test.each<[string, Change[], string]>([
  [
    "gemma3",
    [["gemma3.rope.scaling.type", { type: "string", value: "yarn" }]],
    "gemma3.rope.scaling.type: expected none or linear, got yarn",
  ],
  ["gemma2", [["gemma2.rope.freq_base_swa", number(7)]], "gemma2.rope.freq_base_swa: expected nothing or 10000"],
  [
    "gemma2",
    [["gemma2.attention.sliding_window_pattern", { type: "array", value: { of: "bool", values: [true] } }]],
    "gemma2.attention.sliding_window_pattern: expected 2 booleans, one a layer, got 1",
  ],
  [
    "phi3",
    [["phi3.rope.scaling.type", { type: "string", value: "yarn" }]],
    'phi3.rope.scaling.type: expected longrope beside the tensor rope_factors_long.weight, got "yarn"',
  ],
  [
    "granite",
    [["granite.rope.scaling.finetuned", { type: "bool", value: false }]],
    "granite.rope.scaling.finetuned: expected nothing or true",
  ],
  ["granite", [["granite.expert_count", { type: "uint32", value: 4 }]], "granite.expert_count: expected nothing or 0"],
  [
    "olmo2",
    [["olmo2.attention.sliding_window", { type: "uint32", value: 4 }]],
    "olmo2.attention.sliding_window: expected no field that is not known here",
  ],
  [
    "falcon",
    [["falcon.tensor_data_layout", { type: "string", value: "other" }]],
    "falcon.tensor_data_layout: expected nothing or jploski",
  ],
  [
    "falcon",
    [["falcon.attention.head_count_kv", { type: "uint32", value: 2 }]],
    "blk.0.attn_qkv.weight: expected 64 rows, those of queries, keys and values one after another, got 48",
  ],
  [
    "command-r",
    [["command-r.logit_scale", { type: "string", value: "x" }]],
    "command-r.logit_scale: expected a number",
  ],
  ["gpt2", [["gpt2.rope.freq_base", number(10000)]], "gpt2.rope.freq_base: expected no field that is not known here"],
  [
    "qwen2moe",
    [["qwen2moe.expert_count", { type: "uint32", value: 3 }]],
    "model.layers.0.mlp.gate.weight: expected shape [3,32]",
  ],
  [
    "qwen3moe",
    [["qwen3moe.expert_count", { type: "uint32", value: 6 }]],
    "model.layers.0.mlp.gate.weight: expected shape [6,32]",
  ],
  ["qwen3moe", [["qwen3moe.expert_weights_scale", number(2)]], "qwen3moe.expert_weights_scale: expected no field that"],
  ["smollm3", [["smollm3.attention.scale", number(0.5)]], "smollm3.attention.scale: expected nothing or 0"],
])("%s.gguf with another field is refused by name", async (name, changes, message) => {
  await initBackend("cpu");
  const { metadata, tensors } = parseGguf(read(`${name}.gguf`));
  const bytes = writeGguf(tensors, new Map([...metadata, ...changes]));
  await expectNoLeaks(() => expect(open(bytes)).rejects.toThrow(`drop/m.gguf: ${message}`));
});

describe("text is cut as", () => {
  const { versions: _, ...kinds } = JSON.parse(new TextDecoder().decode(read("pre_tokenizers.json"))) as Record<
    string,
    { text: string; ids: number[] }[]
  >;
  const { metadata, tensors } = parseGguf(read("qwen3.gguf"));
  beforeAll(() => initBackend("cpu"));

  test.each(Object.entries(kinds))("%s has it", async (pre, expected) => {
    const changes: Change[] = [
      ["tokenizer.ggml.pre", { type: "string", value: pre }],
      ["tokenizer.ggml.add_bos_token", { type: "bool", value: false }],
    ];
    const { tokenizer, model } = await open(writeGguf(tensors, new Map([...metadata, ...changes])));
    for (const { text, ids } of expected) expect(tokenizer?.encode(text).ids, JSON.stringify(text)).toEqual(ids);
    model.dispose();
  });
});

test("pieces of Gemma's kind, without a space before the text and with runs of spaces, have its ids", async () => {
  const { tokens, types, scores, expected } = JSON.parse(new TextDecoder().decode(read("gemma_pieces.json")));
  const { metadata, tensors } = parseGguf(read("gemma.gguf"));
  const list = (of: ValueType, values: readonly never[]): MetadataValue => ({ type: "array", value: { of, values } });
  const changes: [name: string, value: MetadataValue][] = [
    ["model", { type: "string", value: "llama" }],
    ["pre", { type: "string", value: "default" }],
    ["tokens", list("string", tokens)],
    ["token_type", list("int32", types)],
    ["scores", list("float32", scores)],
    ["bos_token_id", { type: "uint32", value: 2 }],
    ["unknown_token_id", { type: "uint32", value: 3 }],
    ["add_space_prefix", { type: "bool", value: false }],
  ];
  const named = changes.map(([name, value]) => [`tokenizer.ggml.${name}`, value] as const);
  const bytes = writeGguf(tensors, new Map([...metadata, ...named]));
  const json = await ggufFiles(memoryFiles("drop", new Map([["m.gguf", bytes]])), "m.gguf").read("tokenizer.json");
  const tokenizer = Tokenizer.fromJSON(JSON.parse(new TextDecoder().decode(json)));
  for (const { text, ids } of expected as { text: string; ids: number[] }[]) {
    expect(tokenizer.encode(text).ids, JSON.stringify(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  }
});
