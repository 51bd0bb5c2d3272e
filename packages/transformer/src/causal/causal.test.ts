import { Params, RandomStream, type StateDict } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { CAUSAL_GOLDENS, causalGolden } from "../../test/causalGolden.ts";
import { generate } from "../generation/generate.ts";
import type { CausalConfig } from "./config.ts";
import {
  formatGpt2Config,
  GPT2_CHECKPOINT_NAMES,
  isGpt2Config,
  packGpt2,
  parseGpt2Config,
  unpackGpt2,
} from "./gpt2.ts";
import { formatLlamaConfig, LLAMA_CHECKPOINT_NAMES, llamaTypeOf, parseLlamaConfig } from "./llama.ts";
import { CausalLanguageModel } from "./model.ts";

const GPT2 = parseGpt2Config({
  ...{ model_type: "gpt2", vocab_size: 7, n_embd: 4, n_head: 2, n_layer: 2, n_inner: 5, n_positions: 9 },
  ...{ eos_token_id: 0, embd_pdrop: 0, resid_pdrop: 0, attn_pdrop: 0 },
});
const QWEN3 = parseLlamaConfig({
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

function randomModel(config: CausalConfig): CausalLanguageModel {
  let seed = 5;
  const params = Params.from((_, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
  return new CausalLanguageModel(params, config);
}

const IDS = [
  [1, 2, 3, 4],
  [5, 6, 1, 2],
];
const LABELS = [
  [2, 3, 4, -100],
  [6, 1, -100, 3],
];

describeBackends("CausalLanguageModel", (backend) => {
  test.each([
    ["GPT-2", GPT2],
    ["Qwen 3", QWEN3],
  ])(
    "%s: gradients of the loss for every parameter",
    async (_, config) => {
      const model = randomModel({ ...config, numLayers: 1 });
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
    const model = randomModel({ ...GPT2, [rate]: 0.4 });
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

  test("a head that is switched off adds nothing, and what is padded is seen by nobody", () =>
    expectNoLeaks(async () => {
      const model = randomModel(GPT2);
      const ids = tf.tensor2d(IDS, undefined, "int32");
      const off = { decoder: [[0, 1], undefined] };
      const [all, without] = [model.forward({ ids }), model.forward({ ids }, { headMasks: off })];
      const step = model.decode(ids, undefined, { headMasks: off });
      expect(await all.logits.data()).not.toEqual(await without.logits.data());
      const last = tf.slice(without.logits, [0, 3, 0], [2, 1, 7]);
      await expectClose(step.logits, last);
      const start = tf.slice(ids, [0, 0], [2, 3]);
      const keep = tf.tensor2d([[1, 1, 1, 0], [1, 1, 1, 0]], undefined, "bool"); // prettier-ignore
      const [padded, short] = [model.forward({ ids, keep }), model.forward({ ids: start })];
      const first = tf.slice(padded.logits, [0, 0, 0], [2, 3, 7]);
      await expectClose(first, short.logits);
      const outputs = [all, without, step, padded, short] as unknown as tf.TensorContainer[];
      tf.dispose([ids, start, last, keep, first, outputs] as tf.TensorContainer);
      model.dispose();
    }));
});

describe("config.json", () => {
  test.each(CAUSAL_GOLDENS)("%s: is read, written and read the same, and says which type it is", (name) => {
    const json = causalGolden(name).config;
    const [parse, format] =
      name === "gpt2" ? [parseGpt2Config, formatGpt2Config] : [parseLlamaConfig, formatLlamaConfig];
    const config = parse(json);
    expect(parse(format(config))).toEqual(config);
    expect(format(config)["model_type"]).toBe(name === "mistral" ? "llama" : name); // without a window they are the same
    expect([isGpt2Config(config), llamaTypeOf(config)]).toEqual(
      name === "gpt2" ? [true, undefined] : [false, name === "mistral" ? "llama" : name],
    );
  });

  test("transformers' defaults, and null for no token", () => {
    expect(parseGpt2Config({ model_type: "gpt2", eos_token_id: null })).toMatchObject({
      ...{ vocabSize: 50257, dModel: 768, ffnDim: 3072, activation: "geluTanh", bosTokenId: 50256, eosTokenIds: [] },
    });
    expect(parseLlamaConfig({ model_type: "llama", eos_token_id: [2, 7] })).toMatchObject({
      ...{ headDim: 128, ffnDim: 11008, numKeyValueHeads: 32, eosTokenIds: [2, 7], rotary: { dim: 128, base: 10000 } },
    });
    expect(parseLlamaConfig({ model_type: "qwen2" })).toMatchObject({ eosTokenIds: [], ffnDim: 22016 });
    const older = { model_type: "llama", rope_theta: 5e5, rope_scaling: { type: "linear", factor: 2 } };
    expect(parseLlamaConfig(older).rotary).toEqual({ dim: 128, base: 5e5, scaling: { type: "linear", factor: 2 } });
  });

  test.each([
    [{ model_type: "gpt2", n_head: 7 }, "n_head to be a divisor of 768"],
    [{ model_type: "gpt2", scale_attn_by_inverse_layer_idx: true }, "scale_attn_by_inverse_layer_idx to be false"],
    [{ model_type: "gpt2", eos_token_id: "x" }, "eos_token_id to be a token id or a list of them"],
    [{ model_type: "bert" }, "model_type"],
    [{ model_type: "llama", num_key_value_heads: 5 }, "num_key_value_heads to be a divisor of 32"],
    [{ model_type: "mistral", sliding_window: 4096 }, "sliding_window to be null or 131072, got 4096"],
    [{ model_type: "mistral" }, "sliding_window to be null or 131072, got nothing"],
    [{ model_type: "qwen2", use_sliding_window: true, sliding_window: 5 }, "sliding_window to be null or 32768, got 5"],
    [{ model_type: "llama", rope_parameters: 3 }, "rope_parameters to be an object"],
    [{ model_type: "llama", rope_scaling: { rope_type: "longrope" } }, "rope_type to be one of default, linear"],
  ])("refuses %j", (json, message) => {
    const parse = json.model_type === "gpt2" ? parseGpt2Config : parseLlamaConfig;
    expect(() => parse(json)).toThrow(message);
  });
});

describe("parameters", () => {
  test.each([
    ["GPT-2", GPT2, GPT2_CHECKPOINT_NAMES],
    ["Qwen 3", QWEN3, LLAMA_CHECKPOINT_NAMES],
  ] as const)("%s: a name is the path to its field, and the table names each once", (_, config, names) => {
    const model = randomModel(config);
    for (const [path, variable] of model.params.named()) {
      const field = path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], model);
      expect(field, path).toBe(variable);
      expect(names[path.replace(/(?<=\.)\d+(?=\.)/g, "*")], path).toBeDefined();
    }
    expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
    model.dispose();
  });

  test("GPT-2's packed matrices come apart and together again, with and without the prefix", () => {
    const packed: StateDict = causalGolden("gpt2").arrays.under("weights/");
    const unpacked = unpackGpt2(packed);
    expect(unpacked.get("transformer.h.0.attn.k.weight")?.shape).toEqual([12, 12]);
    expect(unpacked.get("transformer.h.0.mlp.c_fc.weight")?.shape).toEqual([19, 12]);
    expect(new Map([...packGpt2(unpacked)].sort())).toEqual(new Map([...packed].sort()));
    const bare = new Map([...packed].map(([name, entry]) => [name.replace(/^transformer\./, ""), entry]));
    expect(unpackGpt2(bare)).toEqual(unpacked);
  });
});

describe("generate", () => {
  test("says when a prompt and what is to follow do not fit the positions", async () => {
    const model = randomModel(GPT2);
    await expect(generate(model, [[1, 2, 3]], { maxNewTokens: 7 })).rejects.toThrow(
      "at most 9, the model's positions, got 10",
    );
    await expect(generate(model, [[1, 2, 3]], { maxLength: 3 })).rejects.toThrow("room for the 3 tokens of the prompt");
    await expect(generate(model, [[]])).rejects.toThrow("at least one id in source 0");
    const [made] = (await generate(model, [[1, 2, 3]], { eosTokenId: [] })).flat();
    expect(made?.ids).toHaveLength(9); // 20 more, but for the positions
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
