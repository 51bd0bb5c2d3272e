// GGUF files that lie, lack something or ask for what is not known here: an error that names it, and nothing that stays.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { type GgufTensor, type MetadataValue, parseGguf, shardNames, writeGguf } from "@qkv/gguf";
import { ggufFiles, loadPretrained, memoryFiles, PretrainedError } from "@qkv/pretrained";
import { expectNoLeaks } from "@qkv/testing";
import { beforeAll, describe, expect, test } from "vitest";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`golden/gguf/${name}.gguf`, import.meta.url)));
const [llama, qwen2, mistral] = ["llama", "qwen2", "mistral"].map(read) as [Uint8Array, Uint8Array, Uint8Array];

beforeAll(() => initBackend("cpu"));

interface Contents {
  readonly metadata: Map<string, MetadataValue>;
  readonly tensors: Map<string, GgufTensor>;
}
type Change = (contents: Contents) => void;

function changed(change: Change, bytes = llama): Uint8Array {
  const { metadata, tensors } = parseGguf(bytes);
  const contents = { metadata: new Map(metadata), tensors: new Map(tensors) };
  change(contents);
  return writeGguf(contents.tensors, contents.metadata);
}

const open = (files: Readonly<Record<string, Uint8Array>>, file = "m.gguf") =>
  loadPretrained(ggufFiles(memoryFiles("dir", new Map(Object.entries(files))), file));

const set =
  (key: string, type: MetadataValue["type"], value: unknown): Change =>
  ({ metadata }) =>
    void metadata.set(key, { type, value } as MetadataValue);
const unset =
  (key: string): Change =>
  ({ metadata }) =>
    void metadata.delete(key);
const without =
  (name: string): Change =>
  ({ tensors }) =>
    void tensors.delete(name);
const put =
  (name: string, tensor: GgufTensor): Change =>
  ({ tensors }) =>
    void tensors.set(name, tensor);
const floats = (...shape: number[]): GgufTensor => ({
  ...{ shape, type: "F32" },
  bytes: new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
});
/** A tensor with another scale in its second block: NaN or infinity in half precision. */
const scale =
  (name: string, half: number): Change =>
  ({ tensors }) => {
    const tensor = tensors.get(name) as GgufTensor;
    const bytes = tensor.bytes.slice();
    new DataView(bytes.buffer).setUint16(
      bytes.length / ((tensor.shape[0] ?? 1) * ((tensor.shape[1] ?? 32) / 32)),
      half,
      true,
    );
    tensors.set(name, { ...tensor, bytes });
  };
const strings = (values: readonly string[]) => ({ of: "string", values });

describe("loadPretrained refuses a GGUF file with", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "another kind of contents",
      new TextEncoder().encode("<!doctype html>"),
      "dir/m.gguf: expected the file itself, got an HTML page",
    ],
    ["no bytes", new Uint8Array(0), "dir/m.gguf: expected a file's bytes, got an empty file"],
    [
      "its end cut off",
      llama.subarray(0, llama.length - 2000),
      "dir/m.gguf: output.weight: expected 14314 bytes from byte",
    ],
    [
      "its header cut off",
      llama.subarray(0, 1000),
      "dir/m.gguf: tokenizer.ggml.tokens: expected 3368 bytes at byte 775, got 225 before the end",
    ],
    [
      "a scale that is NaN",
      changed(scale("blk.1.attn_q.weight", 0x7e00)),
      "dir/m.gguf: blk.1.attn_q.weight: expected blocks with finite scales, got one of NaN",
    ],
    [
      "a scale that is infinite",
      changed(scale("blk.0.ffn_up.weight", 0x7c00)),
      "dir/m.gguf: blk.0.ffn_up.weight: expected blocks with finite scales",
    ],
    [
      "a tensor less",
      changed(without("blk.1.ffn_down.weight")),
      "dir/m.gguf: blk.1.ffn_down.weight: expected a tensor, got none of this name",
    ],
    [
      "no table of tokens",
      changed(without("token_embd.weight")),
      "dir/m.gguf: token_embd.weight: expected a tensor, got none of this name",
    ],
    [
      "a tensor more",
      changed(put("blk.0.ffn_gate_exps.weight", floats(2, 32))),
      "dir/m.gguf: blk.0.ffn_gate_exps.weight: expected a tensor of the architecture, got another",
    ],
    [
      "a tensor of another shape",
      changed(put("blk.0.attn_norm.weight", floats(16))),
      "model.layers.0.input_layernorm.weight",
    ],
    [
      "queries for other heads",
      changed(put("blk.0.attn_q.weight", floats(30, 32))),
      "dir/m.gguf: blk.0.attn_q.weight: expected rows for 4 heads of two halves, got 30",
    ],
    [
      "integers for weights",
      changed(put("blk.0.attn_norm.weight", { shape: [32], type: "I8", bytes: new Uint8Array(32) })),
      "dir/m.gguf: blk.0.attn_norm.weight: expected floats, or blocks of them, got I8",
    ],
    [
      "rope factors for other heads",
      changed(put("rope_freqs.weight", floats(3))),
      "dir/m.gguf: rope_freqs.weight: expected 4 numbers above 0",
    ],
    [
      "an architecture that is not known",
      changed(set("general.architecture", "string", "mamba")),
      /general\.architecture: expected llama, qwen2, qwen3, gemma, .*, got "mamba"/.source,
    ],
    [
      "no architecture",
      changed(unset("general.architecture")),
      /general\.architecture: expected llama, .*, got nothing/.source,
    ],
    [
      "an adapter",
      changed(set("general.type", "string", "adapter")),
      'dir/m.gguf: general.type: expected nothing or model, as it is not known here, got "adapter"',
    ],
    [
      "no width",
      changed(unset("llama.embedding_length")),
      "dir/m.gguf: llama.embedding_length: expected a number, got nothing",
    ],
    [
      "a width of text",
      changed(set("llama.embedding_length", "string", "32")),
      'dir/m.gguf: llama.embedding_length: expected a number, got "32"',
    ],
    [
      "experts, and no number of those that read a token",
      changed(set("llama.expert_count", "uint32", 8)),
      "dir/m.gguf: llama.expert_used_count: expected a number, got nothing",
    ],
    [
      "experts of a file that has none",
      changed(set("llama.expert_used_count", "uint32", 2), changed(set("llama.expert_count", "uint32", 8))),
      "dir/m.gguf: blk.0.ffn_gate_inp.weight: expected a tensor, got none of this name",
    ],
    [
      "softcapping",
      changed(set("llama.final_logit_softcapping", "float32", 30)),
      "dir/m.gguf: llama.final_logit_softcapping: expected nothing or 0",
    ],
    [
      "a field to come",
      changed(set("llama.attention.gate", "bool", true)),
      "dir/m.gguf: llama.attention.gate: expected no field that is not known here, since it may change every number, got true",
    ],
    [
      "part of a head turned",
      changed(set("llama.rope.dimension_count", "uint32", 4)),
      "dir/m.gguf: llama.rope.dimension_count: expected nothing or 8",
    ],
    [
      "a stretch of positions that is not known",
      changed(set("qwen2.rope.scaling.type", "string", "longrope"), qwen2),
      "dir/m.gguf: rope_factors_long.weight: expected a tensor, got none of this name",
    ],
    [
      "a window where there is none",
      changed(set("qwen2.attention.sliding_window", "uint32", 4), qwen2),
      "dir/m.gguf: qwen2.attention.sliding_window: expected no field that is not known here",
    ],
    [
      "layers of other heads",
      changed(set("llama.attention.head_count", "array", { of: "uint32", values: [4, 2] })),
      "dir/m.gguf: llama.attention.head_count: expected the same number in every layer, got 4 and 2",
    ],
    [
      "heads that do not divide",
      changed(set("llama.attention.head_count_kv", "uint32", 3)),
      "expected num_key_value_heads to be a divisor of 4, got 3",
    ],
    [
      "a billion layers",
      changed(set("llama.block_count", "uint32", 1e9)),
      "expected num_hidden_layers to be at most 10000, got 1000000000",
    ],
    [
      "an unknown way to cut text",
      changed(set("tokenizer.ggml.pre", "string", "chatglm-bpe")),
      /tokenizer\.ggml\.pre: expected gpt-2, .*, got "chatglm-bpe"/.source,
    ],
    ["no way to cut text", changed(unset("tokenizer.ggml.pre")), "dir/m.gguf: tokenizer.ggml.pre: expected"],
    [
      "another kind of tokenizer",
      changed(set("tokenizer.ggml.model", "string", "bert")),
      'dir/m.gguf: tokenizer.ggml.model: expected gpt2 or llama, got "bert"',
    ],
    [
      "a field of the tokenizer to come",
      changed(set("tokenizer.ggml.lowercase", "bool", true)),
      "dir/m.gguf: tokenizer.ggml.lowercase: expected no field that is not known here",
    ],
    [
      "no merges",
      changed(unset("tokenizer.ggml.merges")),
      "dir/m.gguf: tokenizer.ggml.merges: expected a list of texts, got nothing",
    ],
    [
      "types for other tokens",
      changed(set("tokenizer.ggml.token_type", "array", { of: "int32", values: [1] })),
      "dir/m.gguf: tokenizer.ggml.token_type: expected 421 numbers, one a token, got 1",
    ],
    [
      "a token twice",
      changed(({ metadata }) => {
        metadata.set("tokenizer.ggml.tokens", { type: "array", value: strings(["a", "b", "a"]) } as MetadataValue);
        metadata.delete("tokenizer.ggml.token_type");
      }),
      'dir/m.gguf: tokenizer.ggml.tokens: expected every token once, got "a" at 0 and 2',
    ],
    [
      "a first token that is none",
      changed(set("tokenizer.ggml.bos_token_id", "uint32", 999)),
      "dir/m.gguf: tokenizer.ggml.bos_token_id: expected the id of one of 421 tokens, got 999",
    ],
    [
      "scores for other pieces",
      changed(set("tokenizer.ggml.scores", "array", { of: "float32", values: [1] }), mistral),
      "dir/m.gguf: tokenizer.ggml.scores: expected 400 numbers, one a token, got 1",
    ],
    [
      "a piece that is too long",
      changed(({ metadata }) => {
        const { value } = metadata.get("tokenizer.ggml.tokens") as { value: { values: readonly string[] } };
        metadata.set("tokenizer.ggml.tokens", {
          type: "array",
          value: strings([...value.values.slice(0, -1), "x".repeat(1_000_000)]),
        } as MetadataValue);
      }, mistral),
      "dir/m.gguf: tokenizer.ggml.tokens: expected pieces of at most 512 characters, got one of 1000000",
    ],
  ])("%s", (_, bytes, message) =>
    expectNoLeaks(async () => {
      const error = await open({ "m.gguf": bytes }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(PretrainedError);
      expect((error as Error).message).toMatch(
        message.includes(".*") ? new RegExp(message) : new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
      );
    }),
  );
});

test("fields that say what is the case, or nothing about numbers, pass", async () => {
  const changes = [
    set("llama.expert_count", "uint32", 0),
    set("llama.attention.scale", "float32", Math.fround(8 ** -0.5)),
    set("llama.rope.scaling.type", "string", "none"),
    set("llama.tensor_data_layout", "string", "Meta AI original pth"),
    set("llama.attention.head_count_kv", "array", { of: "uint32", values: [2, 2] }),
    set("general.file_type", "uint32", 7),
    set("quantize.imatrix.entries_count", "int32", 210),
  ];
  const { model } = await open({ "m.gguf": changed((contents) => changes.forEach((change) => change(contents))) });
  model.dispose();
});

test.each<[string, readonly Change[], object | undefined]>([
  ["nothing", [], undefined],
  [
    "a factor that is not used",
    [set("llama.rope.scaling.type", "string", "none"), set("llama.rope.scaling.factor", "float32", 2)],
    undefined,
  ],
  ["a factor", [set("llama.rope.scaling.factor", "float32", Math.fround(1.2))], { type: "linear", factor: 1.2 }],
  ["an older file's factor", [set("llama.rope.scale_linear", "float32", 2)], { type: "linear", factor: 2 }],
  [
    "yarn",
    [
      set("llama.rope.scaling.type", "string", "yarn"),
      set("llama.rope.scaling.factor", "float32", 4),
      set("llama.rope.scaling.original_context_length", "uint32", 16),
    ],
    { type: "yarn", factor: 4, originalLength: 16 },
  ],
])("positions are stretched by %s as llama.cpp does", async (_, changes, expected) => {
  const bytes = changed((contents) => [without("rope_freqs.weight"), ...changes].forEach((change) => change(contents)));
  const { model, config } = await open({ "m.gguf": bytes });
  const { rotary } = config as { rotary?: { scaling?: object } };
  if (expected === undefined) expect(rotary?.scaling).toBeUndefined();
  else expect(rotary?.scaling).toMatchObject(expected);
  model.dispose();
});

test("any changed bytes of a header are an error of the house or a model, and nothing stays", () =>
  expectNoLeaks(async () => {
    const end = 14_000; // of the header: tokens, merges, tensors
    let random = 1;
    const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
    for (let run = 0; run < 150; run++) {
      const bytes = llama.slice();
      for (let i = next(3); i >= 0; i--) bytes[run % 3 === 0 ? next(700) : next(end)] = next(256);
      try {
        (await open({ "m.gguf": bytes })).model.dispose();
      } catch (error) {
        expect(error, String(error)).toBeInstanceOf(PretrainedError);
      }
    }
  }));

describe("a model in shards", () => {
  const [first = "", second = ""] = shardNames("m-00001-of-00002.gguf");
  const split = (no: number) => {
    const whole = (value: number): MetadataValue => ({ type: "uint16", value });
    return changed(({ metadata, tensors }) => {
      if (no > 0) metadata.clear();
      metadata.set("split.no", whole(no)).set("split.count", whole(2)).set("split.tensors.count", whole(tensors.size));
      const half = [...tensors.keys()].filter((_, i) => i % 2 !== no);
      for (const name of half) tensors.delete(name);
    });
  };

  test("opens by the first of them", () =>
    expectNoLeaks(async () => {
      const { model } = await open({ [first]: split(0), [second]: split(1) }, first);
      model.dispose();
    }));

  test("says which one is missing, or wrong", async () => {
    await expect(open({ [first]: split(0) }, first)).rejects.toThrow(`dir/${second}: expected a file, got nothing`);
    await expect(open({ [first]: split(0), [second]: split(0) }, first)).rejects.toThrow(
      `dir/${second}: split.no: expected 1, got 0`,
    );
    await expect(open({ [first]: split(0), [second]: split(1) }, second)).rejects.toThrow(
      `dir/${second}: expected the first shard, ${first}, got another`,
    );
  });
});

test("ggufFiles says what it expected", () => {
  expect(() => ggufFiles(memoryFiles("dir", new Map()), "")).toThrow(
    "expected a model's files and the name of a .gguf file",
  );
});
