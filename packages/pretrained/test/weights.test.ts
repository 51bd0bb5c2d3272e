// What files in the wild hold under other names, twice, or besides, on the goldens of each family.
import { readFileSync } from "node:fs";
import { sinusoidalPositions } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles } from "@qkv/pretrained";
import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { expectClose, golden } from "@qkv/testing";
import { CausalLanguageModel, generate, Seq2SeqLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => initBackend("cpu"));

type Tensors = Map<string, SafeTensor>;
type Change = (tensors: Tensors) => Tensors | void;
type Family = "gpt2" | "llama" | "marian-relu" | "marian-gelu" | "marian-swish";

const read = (name: Family) => {
  const file = (ending: string) => new URL(`../../transformer/test/golden/${name}.${ending}`, import.meta.url);
  const { config } = JSON.parse(readFileSync(file("json"), "utf8")) as { config: Record<string, unknown> };
  return { arrays: golden(file("safetensors")), config };
};

/** A golden's folder with its weights changed, opened. */
function open(name: Family, change: Change, over: object = {}) {
  const { arrays, config } = read(name);
  const weights: Tensors = new Map(
    [...arrays.under("weights/")].map(([key, { data, shape }]) => [key, safeTensor(data, shape)]),
  );
  const files = new Map([
    ["config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...over }))],
    ["model.safetensors", writeSafetensors(change(weights) ?? weights)],
  ]);
  return loadPretrained(memoryFiles(name, files));
}

/** The logits of the golden's inputs; the model is gone then. */
async function logits(name: Family, change: Change, over?: object) {
  const { arrays } = read(name);
  const { model } = await open(name, change, over);
  const out = tf.tidy(() => {
    const ids = arrays.tensor<tf.Rank.R2>("input/ids");
    const attentionMask = tf.cast(arrays.tensor<tf.Rank.R2>("input/keep"), "bool");
    if (model instanceof CausalLanguageModel) return model.forward({ ids, attentionMask }).logits;
    if (!(model instanceof Seq2SeqLanguageModel)) throw new Error("expected a model of text");
    return model.forward({ ids, attentionMask, decoderIds: arrays.tensor("input/decoder_ids") }).logits;
  });
  const { shape } = out;
  const data = (await out.data()) as Float32Array;
  out.dispose();
  model.dispose();
  return { shape, data };
}

async function expectGolden(name: Family, change: Change, over?: object): Promise<void> {
  const { shape, data } = await logits(name, change, over);
  const found = tf.tensor(data, shape);
  await expectClose(found, read(name).arrays.array("output/logits"));
  found.dispose();
}

const rename =
  (from: string, to: string): Change =>
  (tensors) => {
    tensors.set(to, tensors.get(from) as SafeTensor);
    tensors.delete(from);
  };
const copy =
  (from: string, ...names: string[]): Change =>
  (tensors) =>
    names.forEach((name) => tensors.set(name, tensors.get(from) as SafeTensor));
/** Another array of the same shape. */
const other =
  (like: string, name: string): Change =>
  (tensors) => {
    const { shape } = tensors.get(like) as SafeTensor;
    const data = toFloat32(tensors.get(like) as SafeTensor).map((value, i) => value + Math.sin(i));
    tensors.set(name, safeTensor(data, shape));
  };
const without =
  (prefix: string): Change =>
  (tensors) =>
    new Map([...tensors].map(([name, tensor]) => [name.replace(prefix, ""), tensor]));
const both =
  (...changes: Change[]): Change =>
  (tensors) => {
    let all = tensors;
    for (const change of changes) all = change(all) ?? all;
    return all;
  };

const [HEAD, SHARED] = ["lm_head.weight", "model.shared.weight"];
const ENCODER = "model.encoder.embed_tokens.weight";
const DECODER = "model.decoder.embed_tokens.weight";
const TABLES = { gpt2: "transformer.wte.weight", llama: "model.embed_tokens.weight", "marian-relu": SHARED } as const;

describe("tied weights", () => {
  describe.each(Object.entries(TABLES) as [keyof typeof TABLES, string][])("of %s", (name, table) => {
    test.each<[string, Change]>([
      ["a copy", copy(table, HEAD)],
      ["under the other name only", rename(table, HEAD)],
      ["without the prefix, under the other name only", both(rename(table, HEAD), without(`${table.split(".")[0]}.`))],
    ])("%s", (_what, change) => expectGolden(name, change));

    test("a head of its own is kept, whatever the config says", async () => {
      const change = other(table, HEAD);
      const kept = await logits(name, change);
      expect(kept).not.toEqual(await logits(name, () => undefined));
      expect(kept).toEqual(await logits(name, change, { tie_word_embeddings: false }));
      const { model } = await open(name, change);
      expect(model.config).toMatchObject({ tieWordEmbeddings: false });
      model.dispose();
    });
  });

  test.each<[string, Change]>([
    ["copies of the table", copy(SHARED, ENCODER, DECODER, HEAD)],
    ["the encoder's table alone", rename(SHARED, ENCODER)],
    ["the decoder's table alone", rename(SHARED, DECODER)],
  ])("Marian opens %s", (_what, change) => expectGolden("marian-relu", change));

  test("Marian keeps tables of its own for encoder and decoder", async () => {
    const change = both(other(SHARED, ENCODER), copy(SHARED, DECODER));
    const own = both(change, (tensors) => void tensors.delete(SHARED));
    const [kept, wanted] = [await logits("marian-relu", change), { share_encoder_decoder_embeddings: false }];
    expect(kept).toEqual(await logits("marian-relu", own, wanted));
    expect(kept).not.toEqual(await logits("marian-relu", () => undefined));
  });

  test("separate tables with a copy of the output layer, and a bias of zeros where there is none", async () => {
    await expectGolden("marian-gelu", copy(DECODER, HEAD));
    const zeros: Change = (tensors) => {
      const { shape } = tensors.get("final_logits_bias") as SafeTensor;
      tensors.set("final_logits_bias", safeTensor(new Float32Array(shape[1] ?? 0), shape));
    };
    const none = await logits("marian-gelu", (tensors) => void tensors.delete("final_logits_bias"));
    expect(none).toEqual(await logits("marian-gelu", zeros));
  });
});

describe("names", () => {
  test.each<[Family, string]>([
    ["gpt2", "transformer."],
    ["llama", "model."],
    ["marian-relu", "model."],
  ])("%s without its prefix", (name, prefix) => expectGolden(name, without(prefix)));

  test("one name for two arrays is refused", async () => {
    await expect(open("llama", copy("model.norm.weight", "norm.weight"))).rejects.toThrow(
      "llama/model.safetensors: norm.weight: expected one array of this name, got model.norm.weight too",
    );
  });
});

const causalMask = (size: number, keep: (query: number, key: number) => boolean = (query, key) => key <= query) =>
  safeTensor(
    Uint8Array.from({ length: size * size }, (_, i) => Number(keep(Math.floor(i / size), i % size))),
    [1, 1, size, size],
    "BOOL",
  );
const set =
  (tensors: Readonly<Record<string, SafeTensor>>): Change =>
  (all) =>
    Object.entries(tensors).forEach(([name, tensor]) => all.set(name, tensor));
const frequencies = (base: number, dim: number) =>
  Float32Array.from({ length: dim / 2 }, (_, i) => base ** ((-2 * i) / dim));

describe("arrays that are computed", () => {
  const dim = read("llama").config["head_dim"] as number;
  const { rope_theta: base = 10000 } = read("llama").config["rope_parameters"] as { rope_theta?: number };
  const [inverse, mask, bias] = [
    "model.layers.0.self_attn.rotary_emb.inv_freq",
    "transformer.h.1.attn.bias",
    "transformer.h.1.attn.masked_bias",
  ];
  const { d_model: width, max_position_embeddings: length } = read("marian-relu").config as Record<string, number>;
  const table = sinusoidalPositions(length ?? 0, width ?? 0, { layout: "halves" });
  const positions = "model.encoder.embed_positions.weight";

  test.each<[Family, string, Change]>([
    ["gpt2", "causal masks", set({ [mask]: causalMask(8), [bias]: safeTensor(Float32Array.of(-1e4), []) })],
    ["llama", "frequencies", set({ [inverse]: safeTensor(frequencies(base, dim), [dim / 2]) })],
    ["llama", "frequencies in 16 bits", set({ [inverse]: safeTensor(frequencies(base, dim), [dim / 2], "F16") })],
    ["llama", "heads for other ends", set({ "mtp.fc.weight": safeTensor(new Float32Array(4), [2, 2]) })],
    ["marian-relu", "positions", set({ [positions]: safeTensor(table, [length ?? 0, width ?? 0]) })],
    [
      "marian-relu",
      "positions in bfloat16",
      set({ [positions]: safeTensor(table, [length ?? 0, width ?? 0], "BF16") }),
    ],
  ])("%s with %s", (name, _what, change) => expectGolden(name, change));

  test.each<[Family, string, Change, string]>([
    ["gpt2", "another mask", set({ [mask]: causalMask(8, () => true) }), `${mask}: expected a causal mask`],
    [
      "gpt2",
      "a mask that some keys win with",
      set({ [bias]: safeTensor(Float32Array.of(0), []) }),
      `${bias}: expected`,
    ],
    [
      "llama",
      "other frequencies",
      set({ [inverse]: safeTensor(frequencies(base * 1.01, dim), [dim / 2]) }),
      `${inverse}: expected the frequencies of the rotary positions that config.json says, got other numbers`,
    ],
    [
      "marian-relu",
      "other positions",
      set({
        [positions]: safeTensor(
          table.map((value) => value * 1.01),
          [length ?? 0, width ?? 0],
        ),
      }),
      `${positions}: expected the sinusoidal positions that the model computes, got other numbers`,
    ],
  ])("%s refuses %s", async (name, _what, change, message) => {
    await expect(open(name, change)).rejects.toThrow(`${name}/model.safetensors: ${message}`);
  });
});

describe("shards", () => {
  const { config, arrays } = read("llama");
  const tensors = [...arrays.under("weights/")].map(
    ([key, { data, shape }]) => [key, safeTensor(data, shape)] as const,
  );
  const half = tensors.length >> 1;
  const shards = [tensors.slice(0, half), tensors.slice(half)].map((part) => writeSafetensors(new Map(part)));
  const fileOf = (at: number) => `model-0000${at + 1}-of-00002.safetensors`;

  test.each([
    ["names what no file holds", { "mtp.fc.weight": fileOf(0) }],
    ["leaves out what its files hold", { [tensors[0]?.[0] ?? ""]: undefined }],
  ])("an index that %s", async (_what, over) => {
    const map = Object.fromEntries(tensors.map(([name], i) => [name, fileOf(Number(i >= half))]));
    const encode = (json: object) => new TextEncoder().encode(JSON.stringify(json));
    const files = new Map([
      ["config.json", encode(config)],
      ["model.safetensors.index.json", encode({ weight_map: { ...map, ...over } })],
      ...shards.map((bytes, at) => [fileOf(at), bytes] as const),
    ]);
    const { model } = await loadPretrained(memoryFiles("llama", files));
    expect(model).toBeInstanceOf(CausalLanguageModel);
    model.dispose();
  });
});

describe("a file whose header ends anywhere", () => {
  /** The same file with `count` spaces more at the end of its header. */
  function shifted(file: Uint8Array, count: number): Uint8Array {
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const moved = Buffer.alloc(file.length + count, 0x20); // a Buffer, whose slice() is no copy
    moved.set(file.subarray(0, 8 + length));
    moved.set(file.subarray(8 + length), 8 + length + count);
    moved.writeBigUInt64LE(BigInt(length + count));
    return moved;
  }

  test.each(["F32", "F16", "BF16", "F64"] as const)("in %s", async (dtype) => {
    const { config, arrays } = read("llama");
    const store = (data: Float32Array, shape: readonly number[]) =>
      dtype === "F64" ? safeTensor(Float64Array.from(data), shape) : safeTensor(data, shape, dtype);
    const file = writeSafetensors(
      new Map([...arrays.under("weights/")].map(([key, { data, shape }]) => [key, store(data, shape)])),
    );
    const open = async (bytes: Uint8Array) => {
      const files = new Map([
        ["config.json", new TextEncoder().encode(JSON.stringify(config))],
        ["model.safetensors", bytes],
      ]);
      const { model } = await loadPretrained(memoryFiles("llama", files));
      const values = await Promise.all([...model.params.named().values()].map((variable) => variable.data()));
      model.dispose();
      return values.map((array) => [...array]);
    };
    const wanted = await open(file);
    for (const count of [1, 2, 3, 4, 7]) expect(await open(shifted(file, count))).toEqual(wanted);
    expect(parseSafetensors(shifted(file, 3)).tensors.size).toBe(wanted.length);
  });
});

describe("weights that are not finite", () => {
  const spoil =
    (name: string, value: number): Change =>
    (tensors) => {
      const { shape } = tensors.get(name) as SafeTensor;
      const data = Float32Array.from(toFloat32(tensors.get(name) as SafeTensor));
      data[1] = value;
      tensors.set(name, safeTensor(data, shape));
    };

  test.each<[Family, string, number, string, object]>([
    [
      "llama",
      "model.layers.1.mlp.down_proj.weight",
      NaN,
      "layers.1; the weight layers.1.ffn.downProj.weight holds NaN",
      {},
    ],
    ["llama", "model.norm.weight", Infinity, "norm; the weight norm.weight holds Infinity", { numBeams: 2 }],
    ["gpt2", "transformer.h.0.ln_1.bias", NaN, "layers.0; the weight layers.0.selfAttnNorm.bias holds NaN", {}],
    ["marian-relu", "model.encoder.layers.0.fc2.bias", NaN, "encoder.layers.0; the weight", { numBeams: 3 }],
    ["marian-relu", "model.decoder.layers.0.fc2.bias", NaN, "decoder.layers.0; the weight", {}],
    ["marian-relu", "final_logits_bias", NaN, "logits; the weight finalLogitsBias holds NaN", {}],
  ])("%s with %s %d says where it begins", async (name, array, value, message, options) => {
    const { model } = await open(name, spoil(array, value));
    if (!(model instanceof CausalLanguageModel || model instanceof Seq2SeqLanguageModel))
      throw new Error("expected a model of text");
    const work = generate(model, [[1, 2, 3]], { maxNewTokens: 2, ...options });
    await expect(work).rejects.toThrow(`expected finite numbers of the model, got`);
    await expect(work).rejects.toThrow(`first in the activation of ${message}`);
    model.dispose();
  });
});
