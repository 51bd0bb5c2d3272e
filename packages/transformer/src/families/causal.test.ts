import { joinState, Params, RandomStream, Recorder, splitState, type StateDict } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { CAUSAL_GOLDENS, causalGolden, familyOf } from "../../test/causalGolden.ts";
import { generate } from "../generation/generate.ts";
import type { CausalConfig } from "../models/causal/config.ts";
import type { CausalLanguageModel } from "../models/causal/model.ts";
import { headPatches } from "../inspection/headPatches.ts";
import type { Gpt2Config } from "./gpt2/config.ts";
import { gpt2 } from "./gpt2/index.ts";
import { GPT2_WEIGHTS } from "./gpt2/weights.ts";
import type { LlamaConfig } from "./llama/config.ts";
import { llama } from "./llama/index.ts";
import { LLAMA_WEIGHTS } from "./llama/weights.ts";

const GPT2 = gpt2.parseConfig({
  ...{ model_type: "gpt2", vocab_size: 7, n_embd: 4, n_head: 2, n_layer: 2, n_inner: 5, n_positions: 9 },
  ...{ eos_token_id: 0, embd_pdrop: 0, resid_pdrop: 0, attn_pdrop: 0 },
});
const QWEN3 = llama.parseConfig({
  ...{
    model_type: "qwen3",
    vocab_size: 7,
    hidden_size: 4,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 4,
  },
  ...{ intermediate_size: 5, num_hidden_layers: 1, max_position_embeddings: 9, eos_token_id: 0 },
});

const WINDOWED = { model_type: "qwen2", num_hidden_layers: 2, use_sliding_window: true, sliding_window: 3 };

function randomModel(config: CausalConfig): CausalLanguageModel {
  let seed = 5;
  const params = Params.from((_, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
  return familyOf({ model_type: config.modelType }).build(params, config);
}

const TINY = {
  ...{ vocab_size: 7, hidden_size: 4, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 4 },
  ...{ intermediate_size: 5, num_hidden_layers: 2, max_position_embeddings: 9, eos_token_id: 0, pad_token_id: null },
};
/** A tiny config of each further type. */
const OTHERS = Object.fromEntries(
  [
    { model_type: "gemma" },
    { model_type: "gemma2", sliding_window: 2, query_pre_attn_scalar: 3 },
    { model_type: "gemma3_text", sliding_window: 2, sliding_window_pattern: 2 },
    { model_type: "smollm3", no_rope_layer_interval: 2 },
    { model_type: "phi3", partial_rotary_factor: 0.5 },
    { model_type: "olmo2" },
    { model_type: "granite", residual_multiplier: 0.5, logits_scaling: 2, embedding_multiplier: 3 },
    { model_type: "gpt_neox", num_key_value_heads: 2, head_dim: 2, rotary_pct: 1 },
  ].map((json) => [json.model_type, familyOf(json).parseConfig({ ...TINY, ...json })]),
);

const IDS = [
  [1, 2, 3, 4],
  [5, 6, 1, 2],
];
const LABELS = [
  [2, 3, 4, -100],
  [6, 1, -100, 3],
];

describeBackends("CausalLanguageModel", (backend) => {
  test.each([["GPT-2", GPT2], ["Qwen 3", QWEN3], ...Object.entries(OTHERS)])(
    "%s: gradients of the loss for every parameter",
    async (_, config) => {
      const model = randomModel({ ...config, numLayers: 1 } as CausalConfig);
      const [ids, labels] = [IDS, LABELS].map((rows) => tf.tensor2d(rows, undefined, "int32")) as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      // A GPU in software takes seconds for each; the layers' own tests have them all.
      const variables = new Map([...model.params.named()].filter((_, i) => backend !== "webgpu" || i % 7 === 0));
      await checkGradients(() => model.loss({ ids, labels }), [], { variables, step: 2 ** -6 });
      tf.dispose([ids, labels]);
      model.dispose();
    },
    120_000,
  );

  test.each(["embeddingDropout", "dropout", "attentionDropout"] as const)("%s alone changes the loss", async (rate) => {
    const config: Gpt2Config = { ...GPT2, [rate]: 0.4 };
    const model = randomModel(config);
    const [ids, labels] = [IDS, LABELS].map((rows) => tf.tensor2d(rows, undefined, "int32")) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const losses = [model.loss({ ids, labels }), model.loss({ ids, labels }, { random: new RandomStream(1) })];
    const [off, on] = await Promise.all(losses.map((loss) => loss.data()));
    expect(on).not.toEqual(off);
    tf.dispose([ids, labels, losses] as tf.TensorContainer);
    model.dispose();
  });

  test("a pass has the activations that the model names; the loss hears taps; unknown ones are refused", async () => {
    const qwen3: LlamaConfig = { ...QWEN3, numLayers: 2 };
    for (const model of [GPT2, qwen3, ...Object.values(OTHERS)].map(randomModel)) {
      const [ids, labels] = [IDS, LABELS].map((rows) => tf.tensor2d(rows, undefined, "int32")) as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      using seen = new Recorder(["**"]);
      model.forward({ ids }, { taps: seen }).logits.dispose();
      expect(seen.paths).toEqual(model.activations);
      const without = new Recorder([], { "layers.1.ffn": (y) => tf.zerosLike(y) });
      const losses = [model.loss({ ids, labels }), model.loss({ ids, labels }, { taps: without })];
      const [plain, patched] = await Promise.all(losses.map((loss) => loss.data()));
      expect(patched).not.toEqual(plain);
      const unknown = { taps: new Recorder(["layers.9.ffn"]) };
      expect(() => model.loss({ ids, labels }, unknown)).toThrow("got layers.9.ffn");
      expect(() => model.decode(ids, unknown)).toThrow("got layers.9.ffn");
      expect(() => model.forward({ ids }, { headMasks: {} } as never)).toThrow("got headMasks");
      expect(() => model.decode(ids, { attentions: true } as never)).toThrow("got attentions");
      tf.dispose([ids, labels, losses] as tf.TensorContainer);
      model.dispose();
    }
  });

  test("a head that is switched off adds nothing, and what is padded is seen by nobody", () =>
    expectNoLeaks(async () => {
      const model = randomModel(GPT2);
      const ids = tf.tensor2d(IDS, undefined, "int32");
      const taps = new Recorder([], headPatches({ "layers.0.selfAttn": [0, 1] }));
      const [all, without] = [model.forward({ ids }), model.forward({ ids }, { taps })];
      const step = model.decode(ids, { taps });
      expect(await all.logits.data()).not.toEqual(await without.logits.data());
      const last = tf.slice(without.logits, [0, 3, 0], [2, 1, 7]);
      await expectClose(step.logits, last);
      const start = tf.slice(ids, [0, 0], [2, 3]);
      const attentionMask = tf.tensor2d([[1, 1, 1, 0], [1, 1, 1, 0]], undefined, "bool"); // prettier-ignore
      const [padded, short] = [model.forward({ ids, attentionMask }), model.forward({ ids: start })];
      const first = tf.slice(padded.logits, [0, 0, 0], [2, 3, 7]);
      await expectClose(first, short.logits);
      const outputs = [all, without, step, padded, short] as unknown as tf.TensorContainer[];
      tf.dispose([ids, start, last, attentionMask, first, outputs] as tf.TensorContainer);
      model.dispose();
    }));
});

describe("config.json", () => {
  test.each(CAUSAL_GOLDENS)("%s: is read, written and read the same, and says which type it is", (name) => {
    const json = causalGolden(name).config;
    const { parseConfig, formatConfig } = familyOf(json);
    const config = parseConfig(json);
    expect(parseConfig(formatConfig(config as never))).toEqual(config);
    expect(formatConfig(config as never)["model_type"]).toBe(config.modelType);
    expect(config.modelType).toBe(name.replace(/-.*/, ""));
  });

  test("transformers' defaults, and null for no token", () => {
    expect(gpt2.parseConfig({ model_type: "gpt2", eos_token_id: null })).toMatchObject({
      ...{ vocabSize: 50257, dModel: 768, ffnDim: 3072, activation: "geluTanh", bosTokenId: 50256, eosTokenIds: [] },
    });
    expect(llama.parseConfig({ model_type: "llama", eos_token_id: [2, 7] })).toMatchObject({
      ...{ headDim: 128, ffnDim: 11008, numKeyValueHeads: 32, eosTokenIds: [2, 7], rotary: { dim: 128, base: 10000 } },
    });
    expect(llama.parseConfig({ model_type: "qwen2" })).toMatchObject({ eosTokenIds: [], ffnDim: 22016 });
    const older = { model_type: "llama", rope_theta: 5e5, rope_scaling: { type: "linear", factor: 2 } };
    expect(llama.parseConfig(older).rotary).toEqual({ dim: 128, base: 5e5, scaling: { type: "linear", factor: 2 } });
  });

  test("windows by layer, as each type says it", () => {
    const windows = (json: object) => llama.parseConfig({ num_hidden_layers: 2, ...json }).windows;
    expect(windows({ model_type: "mistral" })).toEqual([4096, 4096]);
    expect(windows({ model_type: "mistral", sliding_window: null })).toBeUndefined();
    expect(windows({ model_type: "llama", sliding_window: 3 })).toBeUndefined();
    expect(windows(WINDOWED)).toBeUndefined(); // from layer 28 on
    expect(windows({ ...WINDOWED, max_window_layers: 1 })).toEqual([null, 3]);
    expect(windows({ ...WINDOWED, max_window_layers: 0, use_sliding_window: false })).toBeUndefined();
    const layerTypes = ["sliding_attention", "full_attention"];
    expect(windows({ ...WINDOWED, layer_types: layerTypes })).toEqual([3, null]);
  });

  test.each([
    { model_type: "mistral", sliding_window: 3 },
    { ...WINDOWED, max_window_layers: 1 },
    { ...WINDOWED, model_type: "qwen3", layer_types: ["sliding_attention", "full_attention"] },
    {
      model_type: "llama",
      rope_scaling: { type: "yarn", factor: 4, truncate: false, mscale: 0.7, mscale_all_dim: 0.5 },
    },
    { model_type: "llama", head_dim: 4, rope_scaling: { type: "longrope", short_factor: [1, 2], long_factor: [3, 4] } },
    { model_type: "llama", rope_parameters: { rope_type: "proportional", partial_rotary_factor: 0.25 } },
    { model_type: "gpt2", scale_attn_weights: false, scale_attn_by_inverse_layer_idx: true },
    { model_type: "gemma", hidden_act: "gelu", pad_token_id: null },
    { model_type: "gemma2", num_hidden_layers: 3, attn_logit_softcapping: null },
    { model_type: "gemma2", num_hidden_layers: 1, layer_types: ["full_attention"], sliding_window: null },
    {
      ...{ model_type: "gemma3_text", num_hidden_layers: 7, rope_theta: 1e5, rope_local_base_freq: 1e3 },
      rope_scaling: { rope_type: "linear", factor: 8 },
    },
    { model_type: "smollm3", num_hidden_layers: 5, use_sliding_window: true, sliding_window: 7 },
    { model_type: "smollm3", num_hidden_layers: 2, no_rope_layers: [0, 1, 1] },
    { model_type: "phi3", partial_rotary_factor: 0.75, sliding_window: 2047 },
    {
      ...{ model_type: "phi3", head_dim: 4, original_max_position_embeddings: 8 },
      rope_scaling: { type: "su", short_factor: [1, 2], long_factor: [3, 4] },
    },
    { model_type: "olmo2", attention_bias: true },
    { model_type: "granite", embedding_multiplier: 12, logits_scaling: 8, mlp_bias: true },
    { model_type: "gpt_neox", rotary_pct: 1, rotary_emb_base: 100, use_parallel_residual: false },
  ])("%j is written as it is read", (json) => {
    const { parseConfig, formatConfig } = familyOf(json);
    const config = parseConfig(json);
    expect(parseConfig(formatConfig(config as never))).toEqual(config);
    expect(formatConfig(config as never)["model_type"]).toBe(json.model_type);
  });

  test("rope_scaling goes before rope_parameters, and the length of the file before that of the scaling", () => {
    const scaled = (json: object) => llama.parseConfig({ model_type: "llama", ...json }).rotary.scaling;
    const [linear, yarn] = [
      { type: "linear", factor: 3 },
      { rope_type: "yarn", factor: 2 },
    ];
    expect(scaled({ rope_scaling: linear, rope_parameters: yarn })).toEqual(linear);
    expect(scaled({ rope_scaling: {}, rope_parameters: yarn })).toMatchObject({ type: "yarn", originalLength: 2048 });
    const length = { original_max_position_embeddings: 512 };
    expect(scaled({ rope_scaling: { ...yarn, ...length } })).toMatchObject({ originalLength: 512 });
    expect(scaled({ rope_scaling: yarn, ...length })).toMatchObject({ originalLength: 512 });
    expect(scaled({ rope_scaling: { type: "dynamic", factor: 2, ...length } })).toMatchObject({ originalLength: 2048 });
  });

  test.each([
    [{ model_type: "gpt2", n_head: 7 }, "n_head to be a divisor of 768"],
    [
      { model_type: "gpt2", scale_attn_by_inverse_layer_idx: "x" },
      "scale_attn_by_inverse_layer_idx to be true or false",
    ],
    [{ model_type: "gpt2", eos_token_id: "x" }, "eos_token_id to be a token id or a list of them"],
    [{ model_type: "llama", num_key_value_heads: 5 }, "num_key_value_heads to be a divisor of 32"],
    [{ model_type: "mistral", sliding_window: 0 }, "sliding_window to be null or a whole number above 0, got 0"],
    [{ ...WINDOWED, layer_types: ["full_attention"] }, "layer_types to be 2 of sliding_attention, full_attention"],
    [{ ...WINDOWED, layer_types: ["full_attention", "other"] }, "layer_types to be 2 of"],
    [
      { ...WINDOWED, use_sliding_window: false, layer_types: ["full_attention", "sliding_attention"] },
      "layer_types to be full_attention in every layer where there is no sliding_window",
    ],
    [{ model_type: "llama", rope_parameters: 3 }, "rope_parameters to be an object"],
    [
      { model_type: "llama", rope_scaling: { rope_type: "mrope" } },
      "rope_scaling.rope_type to be one of default, linear",
    ],
    [{ model_type: "llama", rope_scaling: { type: "linear" } }, "rope_scaling.factor to be a number of at least 0"],
    [
      { model_type: "llama", rope_scaling: { type: "linear", factor: 0 } },
      "rope_scaling.factor to be a number above 0",
    ],
    [
      { model_type: "llama", rope_parameters: { rope_type: "yarn", factor: 2, ramp: "cosine" } },
      'rope_parameters.ramp to be one of the fields that are known (rope_type, type, rope_theta, partial_rotary_factor, factor, original_max_position_embeddings, attention_factor, beta_fast, beta_slow, mscale, mscale_all_dim, truncate, short_factor, long_factor, low_freq_factor, high_freq_factor, mrope_section, finetuned), got "cosine"',
    ],
    [
      { model_type: "llama", rope_parameters: { rope_type: "longrope", short_factor: [1], long_factor: [1] } },
      "rope_parameters.short_factor to be a list of 64 numbers above 0, got [1]",
    ],
    [
      { model_type: "llama", rope_parameters: { rope_type: "linear", factor: 2, partial_rotary_factor: 0.5 } },
      "rope_parameters.partial_rotary_factor to be 1, since whole heads turn, got 0.5",
    ],
    [{ model_type: "llama", head_dim: 5 }, "head_dim to be even"],
    [{ model_type: "gemma", use_bidirectional_attention: true }, "use_bidirectional_attention to be false or null"],
    [{ model_type: "gemma2", attn_logit_softcapping: 0 }, "attn_logit_softcapping to be null or a number above 0"],
    [{ model_type: "gemma2", sliding_window: null }, "sliding_window to be a whole number above 0"],
    [
      { model_type: "gemma3_text", rope_parameters: { rope_type: "default" } },
      "rope_parameters.rope_type to be one of the fields that are known (full_attention, sliding_attention)",
    ],
    [{ model_type: "smollm3", no_rope_layers: [1, 0] }, "no_rope_layers to be a list of at least 36 of 0 and 1"],
    [
      { model_type: "phi3", head_dim: 6, partial_rotary_factor: 0.5 },
      "partial_rotary_factor to be a share of 6 features",
    ],
    [
      { model_type: "phi3", rope_scaling: { type: "linear", factor: 2 } },
      "rope_scaling.type to be one of default, longrope",
    ],
    [{ model_type: "granite", logits_scaling: 0 }, "logits_scaling to be a number above 0"],
    [{ model_type: "gpt_neox", rotary_pct: 0 }, "rotary_pct to be a share of 96 features"],
  ])("refuses %j", (json, message) => {
    expect(() => familyOf(json).parseConfig(json)).toThrow(message);
  });
});

describe("parameters", () => {
  test.each([
    ["GPT-2", GPT2, GPT2_WEIGHTS.rename],
    ["Qwen 3", QWEN3, LLAMA_WEIGHTS.rename],
    ...Object.entries(OTHERS).map(
      ([type, config]) =>
        [type, config, familyOf({ model_type: type }).architectures(type)[0]?.weights.rename ?? {}] as const,
    ),
  ] as const)("%s: a name is the path to its field, and the table names each once", (_, config, names) => {
    const model = randomModel(config);
    for (const [path, weight] of model.params.weights()) {
      const field = path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], model);
      expect([weight, weight.parts.data], path).toContain(field);
      expect(names[path.replace(/(?<=\.)\d+(?=\.)/g, "*")], path).toBeDefined();
    }
    expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
    model.dispose();
  });

  test("GPT-2's packed matrices come apart and together again", () => {
    const packed: StateDict = causalGolden("gpt2").arrays.under("weights/");
    const unpacked = splitState(packed, GPT2_WEIGHTS);
    expect(unpacked.get("transformer.h.0.attn.k.weight")?.shape).toEqual([12, 12]);
    expect(unpacked.get("transformer.h.0.mlp.c_fc.weight")?.shape).toEqual([19, 12]);
    expect(new Map([...joinState(unpacked, GPT2_WEIGHTS)].sort())).toEqual(new Map([...packed].sort()));
  });
});

describe("generate", () => {
  test("goes on to the last position, and one token beyond it, which nothing reads", async () => {
    const model = randomModel(GPT2);
    const prompt = [1, 2, 3, 4, 5, 6, 1, 2, 3]; // as long as the positions
    const length = async (options: object, ids = prompt) =>
      (await generate(model, [ids], { eosTokenId: [], ...options }))[0]?.[0]?.ids.length;
    expect(await length({ maxNewTokens: 1 })).toBe(10);
    expect(await length({ maxNewTokens: 7 }, [1, 2, 3])).toBe(10);
    expect(await length({}, [1, 2, 3])).toBe(9); // 20 more, but for the positions
    await expect(length({ maxNewTokens: 2 })).rejects.toThrow("expected at most 9 positions, got 1 from position 9");
    const all = [0, 1, 2, 3, 4, 5, 6];
    expect(await length({ maxNewTokens: 500, eosTokenId: all }, [1, 2, 3])).toBe(4); // the text ends before
    await expect(length({})).rejects.toThrow("room for the 9 tokens of the prompt and one more, got 9");
    await expect(generate(model, [[]])).rejects.toThrow("at least one id in source 0");
    model.dispose();
  });

  test("tells which prompt a sequence is of, and what prompts of other lengths do not disturb", async () => {
    const model = randomModel(QWEN3);
    const heard = new Set<number>();
    const prompts = [[1, 2, 3], [4], [5, 6, 1], [2]];
    const onStep = (all: readonly { source: number }[]) => all.forEach(({ source }) => heard.add(source));
    const together = await generate(model, prompts, { maxNewTokens: 4, eosTokenId: [], onStep });
    expect([...heard].sort()).toEqual([0, 1, 2, 3]);
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = (await generate(model, [prompt], { maxNewTokens: 4, eosTokenId: [] })).flat();
      expect(together[i]?.[0]?.ids).toEqual(alone?.ids);
      expect(alone?.ids.slice(0, prompt.length)).toEqual(prompt);
    }
    model.dispose();
  });
});
