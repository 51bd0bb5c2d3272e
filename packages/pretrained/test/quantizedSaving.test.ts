// Quantized models out as safetensors and in again: the same numbers to the bit.
import { initBackend } from "@qkv/backend";
import { denseOf, Params } from "@qkv/nn";
import { packCodes } from "@qkv/ops";
import {
  loadPretrained,
  memoryFiles,
  pretrainedFiles,
  type PretrainedModel,
  QUANTIZATION_FORMATS,
  quantize,
} from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { parseSafetensors } from "@qkv/safetensors";
import { expectNoLeaks } from "@qkv/testing";
import { bert, gpt2, llama, marian, t5 } from "@qkv/transformer";
import { vit, vitConfig } from "@qkv/vit";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => initBackend("wasm", { threads: 1 }));

const SIZES = { vocab_size: 40, hidden_size: 64, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 96 };
const MODELS: Readonly<Record<string, (params: Params) => PretrainedModel>> = {
  llama: (params) => llama.build(params, llama.parseConfig({ ...SIZES, model_type: "llama" })),
  bert: (params) => bert.build(params, bert.parseConfig({ ...SIZES, model_type: "bert", max_position_embeddings: 8 })),
  t5: (params) =>
    t5.build(
      params,
      t5.parseConfig({
        model_type: "t5",
        vocab_size: 40,
        d_model: 64,
        d_kv: 32,
        num_heads: 2,
        d_ff: 96,
        num_layers: 1,
      }),
    ),
  marian: (params) =>
    marian.build(
      params,
      marian.parseConfig({
        ...{ model_type: "marian", vocab_size: 41, pad_token_id: 40, decoder_start_token_id: 40, d_model: 64 },
        ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 96 },
        ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 96 },
      }),
    ),
  vit: (params) =>
    vit.build(
      params,
      vitConfig({ imageSize: 8, patchSize: 4, dModel: 64, numLayers: 1, numHeads: 2, labels: ["a", "b"] }),
    ),
};

/** Every number of a model, by name. */
async function numbersOf({ params }: { readonly params: Params }): Promise<Record<string, Float32Array>> {
  const numbers: Record<string, Float32Array> = {};
  for (const [name, weight] of params.weights()) {
    const dense = denseOf(weight);
    numbers[name] = Float32Array.from((await dense.data()) as Float32Array, (value) => value + 0); // no zero has a sign
    dense.dispose();
  }
  return numbers;
}

const parsed = (files: ReadonlyMap<string, Uint8Array>) => ({
  config: JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>,
  tensors: parseSafetensors(files.get("model.safetensors") as Uint8Array).tensors,
});

describe.each(Object.entries(MODELS))("a quantized %s", (_, build) => {
  test.each(QUANTIZATION_FORMATS.filter((format) => !format.endsWith("k")))("of %s comes back as it was", (format) =>
    expectNoLeaks(async () => {
      using model = build(Params.initialized(5));
      const { layers } = await quantize(model, format);
      const files = await pretrainedFiles({ model, dtype: "auto" });
      const { config, tensors } = parsed(files);
      expect(config["quantization"]).toMatchObject({ group_size: 32, bits: Number(format[1]) });
      const codes = [...tensors].filter(([, { dtype }]) => dtype === "U32");
      expect(codes).toHaveLength(layers.length);
      for (const [name, { shape }] of codes) {
        const scales = tensors.get(name.replace(/weight$/, "scales"));
        expect([scales?.dtype, scales?.shape]).toEqual([
          "F16",
          [shape[0], ((shape[1] ?? 0) * 32) / Number(format[1]) / 32],
        ]);
      }
      const again = await loadPretrained(memoryFiles("again", files));
      expect(await numbersOf(again.model)).toEqual(await numbersOf(model));
      again.model.dispose();
    }),
  );
});

test("halves and floats are stored in as few bytes as hold them", () =>
  expectNoLeaks(async () => {
    using model = (await loadPretrained(modelFolder("models/en-fr"), { families: [marian] })).model;
    const halves = parsed(await pretrainedFiles({ model, dtype: "auto" }));
    expect(halves.config["quantization"]).toBeUndefined();
    expect(new Set([...halves.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
    using floats = MODELS["llama"]?.(Params.initialized(1)) as PretrainedModel;
    const { tensors } = parsed(await pretrainedFiles({ model: floats, dtype: "auto" }));
    expect(tensors.get("model.embed_tokens.weight")?.dtype).toBe("F32");
    expect(tensors.get("model.norm.weight")?.dtype).toBe("F16"); // ones
  }));

test("q4_k has codes of 4 bits with scales in single precision, and q6_k groups that the layout lacks", () =>
  expectNoLeaks(async () => {
    const config = llama.parseConfig({ ...SIZES, hidden_size: 256, model_type: "llama" });
    using model = llama.build(Params.initialized(1), config);
    await quantize(model, "q4_k");
    const files = await pretrainedFiles({ model, dtype: "auto" });
    expect(parsed(files).tensors.get("lm_head.scales")?.dtype).toBe("F32");
    const again = await loadPretrained(memoryFiles("again", files));
    expect(await numbersOf(again.model)).toEqual(await numbersOf(model));
    again.model.dispose();
    using other = llama.build(Params.initialized(1), config);
    await quantize(other, "q6_k");
    await expect(pretrainedFiles({ model: other, dtype: "auto" })).rejects.toThrow(
      "MLX's layout holds exactly, got others",
    );
  }));

test("matrices of other bits are named in the config", () =>
  expectNoLeaks(async () => {
    using model = MODELS["llama"]?.(Params.initialized(1)) as PretrainedModel;
    await quantize(model, "q8_0", { skip: (name) => !name.startsWith("lmHead") });
    await quantize(model, "q4_0", { skip: ["lmHead", "embedding"] });
    const files = await pretrainedFiles({ model, dtype: "auto" });
    expect(parsed(files).config["quantization"]).toEqual({
      ...{ group_size: 32, bits: 4, lm_head: { group_size: 32, bits: 8 } },
    });
    const again = await loadPretrained(memoryFiles("again", files));
    expect(await numbersOf(again.model)).toEqual(await numbersOf(model));
    again.model.dispose();
  }));

test("further files are written too, and none that says what the model is", async () => {
  using model = MODELS["llama"]?.(Params.initialized(1)) as PretrainedModel;
  const note = Uint8Array.of(1, 2, 3);
  const files = await pretrainedFiles({
    model,
    files: new Map([
      ["note.txt", note],
      ["generation_config.json", note],
    ]),
  });
  expect([files.get("note.txt"), files.get("generation_config.json")]).toEqual([note, note]);
  for (const name of ["config.json", "model.safetensors", "../note.txt"]) {
    await expect(pretrainedFiles({ model, files: new Map([[name, note]]) })).rejects.toThrow(name);
  }
});

describe("is refused by name", () => {
  test("a matrix that files store turned", async () => {
    const config = gpt2.parseConfig({
      model_type: "gpt2",
      vocab_size: 9,
      n_embd: 32,
      n_head: 2,
      n_layer: 1,
      n_positions: 5,
    });
    using model = gpt2.build(Params.initialized(1), config);
    await quantize(model, "q8_0");
    await expect(pretrainedFiles({ model, dtype: "auto" })).rejects.toThrow(
      /savePretrained: layers\.0\.selfAttn\.qProj\.weight: expected a weight that files store alone .* got transformer\.h\.0\.attn\.q\.weight/,
    );
    expect((await pretrainedFiles({ model })).size).toBe(3);
  });

  test.each([
    ["groups of 16", { bits: 8, groupSize: 16, zero: 0 }],
    ["scales whose products are rounded", { bits: 4, groupSize: 32, zero: 8 }],
  ] as const)("codes with %s", async (_, fields) => {
    using model = MODELS["llama"]?.(Params.initialized(1)) as PretrainedModel;
    const scales = new Float32Array((64 * 64) / fields.groupSize).fill(0.1);
    const codes = Uint8Array.from({ length: 64 * 64 }, (_, i) => i % 16);
    const groups = { ...fields, codes, scales };
    const format = { ...fields, hasOffsets: false };
    model.params.pack("layers.0.selfAttn.vProj.weight", await packCodes(format, [groups], [64, 64]));
    await expect(pretrainedFiles({ model, dtype: "auto" })).rejects.toThrow(
      "savePretrained: layers.0.selfAttn.vProj.weight: expected codes that MLX's layout holds exactly, got others",
    );
  });

  test("a dtype that is none", async () => {
    using model = MODELS["llama"]?.(Params.initialized(1)) as PretrainedModel;
    await expect(pretrainedFiles({ model, dtype: "Q8" as never })).rejects.toThrow(
      'savePretrained: expected dtype to be F32 or F16 or auto, got "Q8"',
    );
  });
});

/** The names of a model's weights of a kind. */
const namesOf = ({ params }: PretrainedModel, wanted: "embedding" | "matrix") =>
  [...params.weights()].flatMap(([path, { kind }]) => (kind === wanted ? [path] : []));

describe.each(["llama", "bert", "marian"])("a quantized %s in the layout of compressed-tensors", (name) => {
  test.each(["q8_0", "q4_0"] as const)("of %s comes back as it was", (format) =>
    expectNoLeaks(async () => {
      using model = MODELS[name]?.(Params.initialized(5)) as PretrainedModel;
      const { layers } = await quantize(model, format, { skip: namesOf(model, "embedding") });
      const files = await pretrainedFiles({ model, dtype: "auto", layout: "compressed-tensors" });
      const { config, tensors } = parsed(files);
      const bits = Number(format[1]);
      expect(config["quantization_config"]).toMatchObject({
        ...{ quant_method: "compressed-tensors", format: "pack-quantized" },
        config_groups: { group_0: { targets: ["Linear"], weights: { num_bits: bits, group_size: 32 } } },
      });
      expect([...tensors.keys()].filter((key) => key.endsWith(".weight_packed"))).toHaveLength(layers.length);
      const again = await loadPretrained(memoryFiles("again", files));
      expect(await numbersOf(again.model)).toEqual(await numbersOf(model));
      again.model.dispose();
    }),
  );
});

test("the layout of compressed-tensors has no tables, no offsets, and groups by name where bits differ", () =>
  expectNoLeaks(async () => {
    const save = (model: PretrainedModel) => pretrainedFiles({ model, dtype: "auto", layout: "compressed-tensors" });
    using whole = MODELS["marian"]?.(Params.initialized(5)) as PretrainedModel;
    await quantize(whole, "q8_0");
    await expect(save(whole)).rejects.toThrow(
      "shared.weight: expected the layout of compressed-tensors to hold it, got a table",
    );
    using offsets = MODELS["marian"]?.(Params.initialized(5)) as PretrainedModel;
    await quantize(offsets, "q4_1", { skip: ["shared"] });
    await expect(save(offsets)).rejects.toThrow("expected codes that the layout of compressed-tensors holds exactly");
    using mixed = MODELS["llama"]?.(Params.initialized(5)) as PretrainedModel;
    const [tables, matrices] = [namesOf(mixed, "embedding"), namesOf(mixed, "matrix")];
    const feedForward = matrices.filter((path) => path.includes("ffn"));
    const others = matrices.filter((path) => !feedForward.includes(path));
    await quantize(mixed, "q8_0", { skip: [...tables, "lmHead", ...feedForward] });
    await quantize(mixed, "q4_0", { skip: [...tables, ...others] });
    const files = await save(mixed);
    const { config } = parsed(files);
    expect(config["quantization_config"]).toMatchObject({
      config_groups: {
        group_0: {
          targets: expect.arrayContaining(["model.layers.0.self_attn.q_proj"]) as unknown,
          weights: { num_bits: 8 },
        },
        group_1: {
          targets: expect.arrayContaining(["model.layers.0.mlp.down_proj"]) as unknown,
          weights: { num_bits: 4 },
        },
      },
      ignore: ["lm_head"],
    });
    const again = await loadPretrained(memoryFiles("again", files));
    expect(await numbersOf(again.model)).toEqual(await numbersOf(mixed));
    again.model.dispose();
    await expect(pretrainedFiles({ model: mixed, layout: "compressed-tensors" })).rejects.toThrow(
      "expected layout with dtype auto, which stores codes, got F32",
    );
    // @ts-expect-error: for those who have no types
    await expect(pretrainedFiles({ model: mixed, layout: "gptq" })).rejects.toThrow(
      'expected layout to be mlx or compressed-tensors, got "gptq"',
    );
  }));
