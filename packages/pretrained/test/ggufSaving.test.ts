// Models out as GGUF files and in again: the same ids, the same logits to the bit, blocks as they were.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { type Gguf, isQuantized, type MetadataArray, parseGguf } from "@qkv/gguf";
import { Params } from "@qkv/nn";
import { packCodes } from "@qkv/ops";
import {
  ggufFiles,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  pretrainedFiles,
  pretrainedGguf,
  type QuantizationFormat,
  quantize,
  type SaveGgufOptions,
} from "@qkv/pretrained";
import { expectNoLeaks } from "@qkv/testing";
import { byteLevelAlphabet, Tokenizer } from "@qkv/tokenizers";
import { type CausalLanguageModel, llama, type LlamaConfig, opt } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const FOLDER = new URL("golden/gguf/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const TEXTS = ["The dog runs through the snow.", "  two  spaces\n\n\ttabs  ", "é 漢字 😀", "<|end|>after<tool> x", ""];

beforeAll(() => initBackend("wasm", { threads: 1 }));

async function saved(options: SaveGgufOptions): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of pretrainedGguf(options)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

const open = (bytes: Uint8Array) =>
  loadPretrained(ggufFiles(memoryFiles("saved", new Map([["m.gguf", bytes]])), "m.gguf"));

async function logitsOf(model: CausalLanguageModel): Promise<Float32Array> {
  const ids = tf.tensor2d([[3, 1, 4, 1, 5, 9, 2, 6]], undefined, "int32");
  const { logits } = model.forward({ ids });
  const values = Float32Array.from((await logits.data()) as Float32Array);
  tf.dispose([ids, logits]);
  return values;
}

async function expectSame(pretrained: Pretrained, bytes: Uint8Array): Promise<void> {
  const again = await open(bytes);
  const model = pretrained.model as CausalLanguageModel;
  using other = again.model as CausalLanguageModel;
  expect(await logitsOf(other)).toEqual(await logitsOf(model));
  expect(again.config).toEqual({ ...pretrained.config, ...ofTraining(again.config as LlamaConfig) });
  if (again.tokenizer !== undefined) expectSameIds(again, pretrained);
}

function expectSameIds({ tokenizer: actual }: Pretrained, { tokenizer: expected }: Pretrained): void {
  for (const text of TEXTS) expect(actual?.encode(text).ids, text).toEqual(expected?.encode(text).ids);
}

/** The tokenizer that is saved too; not that of qwen2.gguf, which has an id for which its model has no row. */
function tokenizerOf(name: string, { tokenizer }: Pretrained): Pick<SaveGgufOptions, "tokenizer"> {
  return name === "qwen2" || tokenizer === undefined ? {} : { tokenizer };
}

const ofTraining = ({ attentionDropout, initializerRange }: LlamaConfig) => ({ attentionDropout, initializerRange });

/** The blocks of a file by name. */
function blocksOf({ tensors }: Gguf): Record<string, unknown> {
  const blocks = [...tensors].filter(([, { type }]) => isQuantized(type));
  return Object.fromEntries(blocks.map(([name, { type, shape, bytes }]) => [name, { type, shape, bytes: [...bytes] }]));
}

describe.each(["llama", "qwen2", "qwen3", "mistral"])("%s.gguf", (name) => {
  test("is saved as it was opened: its blocks bit for bit, its config and its tokenizer", () =>
    expectNoLeaks(async () => {
      const pretrained = await open(read(`${name}.gguf`));
      using model = pretrained.model as CausalLanguageModel;
      const bytes = await saved({
        model,
        ...tokenizerOf(name, pretrained),
        chatTemplate: "{{ messages }}",
        name: "again",
      });
      await expectSame(pretrained, bytes);
      const [before, after] = [parseGguf(read(`${name}.gguf`)), parseGguf(bytes)];
      expect(Object.keys(blocksOf(before)).length).toBeGreaterThan(5);
      expect(blocksOf(after)).toEqual(blocksOf(before));
      expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
      expect(after.metadata.get("general.name")?.value).toBe("again");
      expect(after.metadata.get("tokenizer.chat_template")?.value).toBe("{{ messages }}");
    }));

  test.each(["F32", "F16", "BF16"] as const)("is widened to floats and saved in %s", (dtype) =>
    expectNoLeaks(async () => {
      const files = ggufFiles(memoryFiles("it", new Map([["m.gguf", read(`${name}.gguf`)]])), "m.gguf");
      const pretrained = await loadPretrained(files, { dtype: "float32" });
      using model = pretrained.model as CausalLanguageModel;
      const bytes = await saved({ model, ...tokenizerOf(name, pretrained), dtype });
      const types = new Set(
        [...parseGguf(bytes).tensors.values()].filter(({ shape }) => shape.length === 2).map(({ type }) => type),
      );
      expect([...types]).toEqual([dtype]);
      if (dtype === "F32") await expectSame(pretrained, bytes);
      else (await open(bytes)).model.dispose();
    }),
  );
});

const SIZES = {
  ...{ vocab_size: 40, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4 },
  ...{
    num_key_value_heads: 2,
    max_position_embeddings: 32,
    rms_norm_eps: 1e-6,
    bos_token_id: 1,
    eos_token_id: [2, 5, 7],
  },
};
const build = (fields: object) =>
  llama.build(Params.initialized(3), llama.parseConfig({ ...SIZES, ...fields })) as CausalLanguageModel;

describe("a quantized model", () => {
  test.each(["q8_0", "q6_k", "q5_1", "q5_0", "q4_1", "q4_k", "q4_0"] as QuantizationFormat[])(
    "of %s comes back as it was",
    (format) =>
      expectNoLeaks(async () => {
        for (const fields of [
          { model_type: "llama", attention_bias: true, mlp_bias: true, rope_theta: 5e5 },
          { model_type: "qwen2", rope_scaling: { rope_type: "linear", factor: 2.5 }, tie_word_embeddings: true },
          { model_type: "mistral", sliding_window: null },
          { model_type: "qwen3", head_dim: 32, attention_bias: true, pad_token_id: 0 },
        ]) {
          const wide = { hidden_size: 256, intermediate_size: 256, head_dim: 64 };
          using model = build({ ...fields, ...(format.endsWith("k") && wide) });
          await quantize(model, format);
          const bytes = await saved({ model });
          const again = await open(bytes);
          expect(await logitsOf(again.model as CausalLanguageModel)).toEqual(await logitsOf(model));
          expect(again.tokenizer).toBeUndefined();
          const types = [...again.dtypes.keys()].sort();
          expect(types).toEqual(["F32", format.toUpperCase()].sort());
          expect(parseGguf(bytes).metadata.get("general.file_type")?.value).toBe(
            { q8_0: 7, q6_k: 18, q5_1: 9, q5_0: 8, q4_1: 3, q4_k: 15, q4_0: 2 }[format],
          );
          again.model.dispose();
        }
      }),
  );

  test.each(["q8_0", "q5_1", "q5_0", "q4_1", "q4_0"] as const)("of %s is the same by way of a folder", (format) =>
    expectNoLeaks(async () => {
      using model = build({ model_type: "llama" });
      await quantize(model, format);
      const folder = await pretrainedFiles({ model, dtype: "auto" });
      const again = await loadPretrained(memoryFiles("folder", folder), { families: [llama] });
      const blocks = blocksOf(parseGguf(await saved({ model: again.model })));
      expect(Object.keys(blocks)).toHaveLength(2 + 2 * 7);
      expect(blocks).toEqual(blocksOf(parseGguf(await saved({ model }))));
      again.model.dispose();
    }),
  );

  test("of halves keeps them", () =>
    expectNoLeaks(async () => {
      const config = { model_type: "llama", vocab_size: 68_000, hidden_size: 256, num_hidden_layers: 1 };
      using floats = build(config);
      const half = await pretrainedFiles({ model: floats, dtype: "F16" });
      using model = (await loadPretrained(memoryFiles("half", half), { families: [llama] })).model;
      const bytes = await saved({ model });
      const again = await open(bytes);
      expect(again.dtypes.get("F16")).toBe(9);
      expect(await logitsOf(again.model as CausalLanguageModel)).toEqual(await logitsOf(model));
      again.model.dispose();
    }));
});

const byteToken = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

describe("a tokenizer", () => {
  test("has ids for the rows of the model alone, of which some may have no token", () =>
    expectNoLeaks(async () => {
      const pretrained = await open(read("qwen2.gguf"));
      using model = pretrained.model as CausalLanguageModel;
      const { tokenizer } = pretrained as { tokenizer: Tokenizer };
      await expect(saved({ model, tokenizer })).rejects.toThrow(
        "saveGguf: expected a tokenizer that GGUF files can hold, with ids below the model's 421 as its tokens, got 421",
      );
      using larger = build({ model_type: "qwen2", vocab_size: 425 });
      const bytes = await saved({ model: larger, tokenizer });
      const again = await open(bytes);
      expectSameIds(again, pretrained);
      again.model.dispose();
      const tokens = parseGguf(bytes).metadata.get("tokenizer.ggml.tokens")?.value as MetadataArray;
      expect(tokens.values.slice(-3)).toEqual(["[PAD422]", "[PAD423]", "[PAD424]"]);
    }));

  const bpe = (fields: object, model: object = {}) => {
    const vocab = Object.fromEntries(byteLevelAlphabet().map((letter, id) => [letter, id]));
    return Tokenizer.fromJSON({
      model: { type: "BPE", vocab: { ...vocab, ab: 256 }, merges: [["a", "b"]], ...model },
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: true },
      decoder: { type: "ByteLevel" },
      ...fields,
    });
  };
  const added = {
    id: 257,
    content: "<|end|>",
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };

  test("of Hugging Face's kind comes back, whatever it says that changes no ids", () =>
    expectNoLeaks(async () => {
      using model = build({ model_type: "llama", vocab_size: 258, bos_token_id: null, eos_token_id: 257 });
      const end = { SpecialToken: { id: "<|end|>", type_id: 0 } };
      const [a, b] = ["A", "B"].map((id) => ({ Sequence: { id, type_id: 0 } }));
      const special_tokens = { "<|end|>": { id: "<|end|>", ids: [257], tokens: ["<|end|>"] } };
      const template = { type: "TemplateProcessing", single: [a, end], pair: [a, end, b, end], special_tokens };
      for (const fields of [
        {},
        { post_processor: { type: "ByteLevel", trim_offsets: false }, added_tokens: [{ ...added, normalized: true }] },
        { added_tokens: [{ ...added, special: false }], pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } },
        { added_tokens: [added], post_processor: { type: "Sequence", processors: [{ type: "ByteLevel" }, template] } },
      ]) {
        const tokenizer = bpe(fields);
        const again = await open(await saved({ model, tokenizer }));
        for (const text of [...TEXTS, "ab ab"])
          expect(again.tokenizer?.encode(text).ids).toEqual(tokenizer.encode(text).ids);
        again.model.dispose();
      }
    }));

  test("of SentencePiece's kind comes back: a Metaspace that cuts nothing is a beginning that is marked", () =>
    expectNoLeaks(async () => {
      const special = { ...added, special: true };
      const bytes = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [byteToken(i), i + 3]));
      const pieces = ["▁", "t", "h", "e", "th", "he", "▁the", "the", "a", "aa", "aaa"];
      const vocab = {
        "<unk>": 0,
        "<s>": 1,
        "</s>": 2,
        ...bytes,
        ...Object.fromEntries(pieces.map((each, i) => [each, 259 + i])),
      };
      const json = (merges: string[]) => ({
        model: { type: "BPE", vocab, merges, unk_token: null, fuse_unk: true, byte_fallback: true },
        added_tokens: ["<unk>", "<s>", "</s>"].map((content, id) => ({ ...special, id, content })),
        pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
        decoder: {
          type: "Sequence",
          decoders: [
            { type: "Replace", pattern: { String: "▁" }, content: " " },
            ...[{ type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }],
          ],
        },
      });
      using model = build({ model_type: "llama", vocab_size: 270 });
      const merges = ["t h", "h e", "t he", "th e", "▁ the", "a a", "aa a", "a aa"];
      const tokenizer = Tokenizer.fromJSON(json(merges));
      const again = await open(await saved({ model, tokenizer }));
      for (const text of ["the", "a the aaaaa", "é the the", ""])
        expect(again.tokenizer?.encode(text).ids, text).toEqual(tokenizer.encode(text).ids);
      again.model.dispose();
      // Of these both want the middle one of a aa a: which is first decides.
      const other = Tokenizer.fromJSON(json([...merges.slice(0, 6), "a aa", "aa a"]));
      await expect(saved({ model, tokenizer: other })).rejects.toThrow("as its model, got");
    }));

  test.each<[string, object, object, string]>([
    [
      "another kind of model",
      {},
      { type: "WordLevel", merges: undefined, unk_token: "a" },
      'with BPE as its model, got "WordLevel"',
    ],
    ["another way to cut", { pre_tokenizer: { type: "Whitespace" } }, {}, "with those of gpt-2, llama-bpe, "],
    ["another normalizer", { normalizer: { type: "Lowercase" } }, {}, "as its normalizer and pre_tokenizer, got"],
    [
      "truncation",
      { truncation: { max_length: 4, stride: 0, strategy: "LongestFirst", direction: "Right" } },
      {},
      "as its truncation, got",
    ],
    ["a token that takes spaces", { added_tokens: [{ ...added, lstrip: true }] }, {}, "as its added_tokens, got"],
    ["another decoder", { decoder: { type: "Fuse" } }, {}, "as its decoder, got"],
    ["dropout", {}, { dropout: 0.1 }, "as its model, got"],
    ["affixes", {}, { end_of_word_suffix: "</w>" }, "as its model, got"],
  ])("with %s is refused by name", async (_, fields, model, message) => {
    using wide = build({ model_type: "llama", vocab_size: 300 });
    await expect(saved({ model: wide, tokenizer: bpe(fields, model) })).rejects.toThrow(message);
  });
});

test("frequencies of Llama 3 are those of its config, up to single precision", async () => {
  const scaling = {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 16,
  };
  using model = build({ model_type: "llama", rope_scaling: scaling });
  const again = await open(await saved({ model }));
  const [before, after] = [await logitsOf(model), await logitsOf(again.model as CausalLanguageModel)];
  after.forEach((value, i) => expect(value).toBeCloseTo(before[i] as number, 4));
  again.model.dispose();
});

test("codes that no block holds are refused, before a byte is written", async () => {
  using model = build({ model_type: "llama" });
  const groups = {
    bits: 8,
    groupSize: 32,
    zero: 0,
    codes: new Int8Array(64 * 64),
    scales: new Float32Array(128).fill(0.1),
  } as const;
  const format = { bits: 8, groupSize: 32, zero: 0, hasOffsets: false } as const;
  model.params.pack("layers.1.selfAttn.qProj.weight", await packCodes(format, [groups], [64, 64]));
  await expect(pretrainedGguf({ model }).next()).rejects.toThrow(
    "saveGguf: layers.1.selfAttn.qProj.weight: expected codes and scales that blocks of GGUF hold exactly, got others",
  );
});

describe("is refused by name", () => {
  test.each<[string, object, string]>([
    [
      "an activation",
      { model_type: "llama", hidden_act: "gelu" },
      'got activation "gelu", which would be read as "silu"',
    ],
    [
      "windows of a Qwen",
      { model_type: "qwen2", use_sliding_window: true, sliding_window: 4, max_window_layers: 0 },
      "got windows [4,4]",
    ],
    [
      "positions of another kind",
      { model_type: "llama", rope_scaling: { rope_type: "dynamic", factor: 2 } },
      "got rotary",
    ],
    [
      "four ends",
      { model_type: "llama", eos_token_id: [1, 2, 3, 4] },
      "got eosTokenIds [1,2,3,4], which would be read as [1,2,3]",
    ],
  ])("%s", async (_, fields, message) => {
    using model = build(fields);
    await expect(saved({ model })).rejects.toThrow(message);
  });

  test("another family", async () => {
    const sizes = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, ffn_dim: 8, vocab_size: 9 };
    using model = opt.build(Params.initialized(1), opt.parseConfig({ model_type: "opt", ...sizes }));
    await expect(saved({ model })).rejects.toThrow(
      /saveGguf: expected a model of llama, mistral, .*, got one of opt: savePretrained writes a folder/,
    );
  });
});
