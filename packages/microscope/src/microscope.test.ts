// What the goldens do not show: encoders, encoder-decoders, norms in every place, what is refused, and how a sweep ends.
import { initBackend } from "@qkv/backend";
import { Params, Recorder } from "@qkv/nn";
import { expectNoLeaks } from "@qkv/testing";
import {
  bert,
  type CausalLanguageModel,
  gemma,
  generate,
  gpt2,
  granite,
  marian,
  olmo2,
  opt,
  bloom,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  ablationPatches,
  ablationSweep,
  activationNames,
  activationPatching,
  activationPath,
  attentionPatterns,
  headScores,
  integratedGradients,
  logitAttribution,
  logitLens,
  modelOutline,
  nextTokenProbabilities,
  type MicroscopeModel,
  pathPatching,
  principalComponents,
  recordActivations,
  steer,
  steeringVector,
} from "./index.ts";

beforeAll(() => initBackend("cpu"));

const random = () => {
  let seed = 1;
  return Params.from((_, shape) => tf.randomNormal(shape, 0, 0.4, "float32", seed++));
};
const SIZES = { vocab_size: 13, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 10 };
const GPT2 = { model_type: "gpt2", vocab_size: 13, n_embd: 8, n_layer: 2, n_head: 2, n_positions: 16 };
const gptOf = () => gpt2.build(random(), { ...gpt2.parseConfig(GPT2), eosTokenIds: [] });
const marianOf = () =>
  marian.build(random(), {
    ...marian.parseConfig({ model_type: "marian", vocab_size: 13, pad_token_id: 12, decoder_start_token_id: 12 }),
    ...{ dModel: 6, maxPositions: 17, scaleEmbedding: true, activation: "silu" as const, maxLength: 9 },
    ...{ encoderLayers: 2, encoderHeads: 3, encoderFfnDim: 5, decoderLayers: 2, decoderHeads: 2, decoderFfnDim: 7 },
  });
const bertOf = (name: string) => {
  const architecture = bert.architectures("bert").find(({ className }) => className === name);
  const config = bert.parseConfig({ model_type: "bert", ...SIZES, max_position_embeddings: 16, type_vocab_size: 2 });
  if (architecture === undefined) throw new Error(`expected ${name}`);
  return architecture.build(random(), config as never) as MicroscopeModel & { dispose(): void };
};
const TEXT = { ids: [1, 5, 3, 5] };
const PAIR = { ids: [1, 5, 3], decoderIds: [12, 4, 2] };
const ANSWER = { token: 7, against: 2 };

describe("logitAttribution", () => {
  const json = (type: string) => ({ model_type: type, ...SIZES, max_position_embeddings: 16 });
  test.each<[string, () => CausalLanguageModel]>([
    [
      "norms around sublayers, scaled embeddings",
      () =>
        gemma.build(
          random(),
          gemma.parseConfig({ ...json("gemma2"), head_dim: 4, num_key_value_heads: 1, final_logit_softcapping: null }),
        ) as CausalLanguageModel,
    ],
    ["norms on the branch", () => olmo2.build(random(), olmo2.parseConfig(json("olmo2"))) as CausalLanguageModel],
    [
      "factors of branches and logits",
      () =>
        granite.build(
          random(),
          granite.parseConfig({
            ...json("granite"),
            residual_multiplier: 0.3,
            logits_scaling: 2,
            embedding_multiplier: 3,
          }),
        ) as CausalLanguageModel,
    ],
    [
      "norms after the sums",
      () =>
        opt.build(
          random(),
          opt.parseConfig({
            model_type: "opt",
            vocab_size: 13,
            hidden_size: 8,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            ffn_dim: 10,
            do_layer_norm_before: false,
            word_embed_proj_dim: 8,
          }),
        ) as CausalLanguageModel,
    ],
    [
      "normed embeddings",
      () =>
        bloom.build(
          random(),
          bloom.parseConfig({ model_type: "bloom", vocab_size: 13, hidden_size: 8, n_layer: 2, n_head: 2 }),
        ) as CausalLanguageModel,
    ],
  ])("sums to the answer: %s", (_, build) =>
    expectNoLeaks(async () => {
      const model = build();
      const found = await logitAttribution(model, TEXT, ANSWER);
      const { output } = await recordActivations(model, TEXT, ["embeddings"]);
      const at = 3 * 13;
      expect(found.total).toBeCloseTo((output.values[at + 7] ?? NaN) - (output.values[at + 2] ?? NaN), 4);
      const heads = found.layers.flatMap((layer) => [...layer.heads]);
      expect(heads.length).toBe(4);
      expect(found.layers[1]?.neurons?.reduce((sum, x) => sum + x, 0)).not.toBe(0);
      model.dispose();
    }),
  );

  test("of an encoder-decoder, with the heads that read the source", () =>
    expectNoLeaks(async () => {
      using model = marianOf();
      const { layers, total } = await logitAttribution(model, PAIR, ANSWER);
      const { output } = await recordActivations(model, PAIR, ["decoder.embeddings"]);
      expect(total).toBeCloseTo((output.values[2 * 13 + 7] ?? NaN) - (output.values[2 * 13 + 2] ?? NaN), 4);
      expect(layers.map(({ crossHeads }) => crossHeads?.length)).toEqual([2, 2]);
    }));
});

describe("an encoder-decoder", () => {
  test("has names on both sides, patterns of both attentions, and patches in either", () =>
    expectNoLeaks(async () => {
      using model = marianOf();
      expect(activationPath(model, "decoder.0.cross_attn.hook_pattern")).toBe(
        "decoder.layers.0.crossAttn.probabilities",
      );
      expect(activationNames(model).find(({ path }) => path === "encoder.layers.1")?.aliases).toEqual([
        "encoder.1.hook_normalized_resid_post",
      ]);
      expect((await attentionPatterns(model, PAIR, { attention: "cross" })).shape).toEqual([2, 2, 3, 3]);
      expect((await attentionPatterns(model, PAIR, { side: "encoder" })).shape).toEqual([2, 3, 3, 3]);
      const pair = { base: PAIR, source: { ...PAIR, ids: [1, 8, 3] }, answer: ANSWER };
      const grid = await activationPatching(model, pair, { side: "encoder" });
      expect(grid.values[1]).toBeCloseTo(grid.source, 4); // the only word that differs
      expect(grid.values[0]).toBeCloseTo(grid.base, 4);
      const heads = await activationPatching(model, pair, { kind: "crossHeads" });
      expect([heads.rows, heads.columns]).toEqual([2, 2]);
      expect((await ablationSweep(model, PAIR, ANSWER, { kind: "crossHeads" })).values.length).toBe(4);
      expect((await logitLens(model, PAIR)).rows).toBe(3);
      const found = await integratedGradients(model, PAIR, ANSWER, { steps: 40, baseline: 12 });
      expect(found.values.length).toBe(3);
      expect(Math.abs(found.gap)).toBeLessThan(0.1 * Math.abs(found.answer - found.baseline) + 1e-2);
    }));
});

describe("an encoder", () => {
  test("has a lens through its head, patterns and patches", () =>
    expectNoLeaks(async () => {
      const model = bertOf("BertForMaskedLM");
      expect((await logitLens(model, TEXT, { top: 3 })).tokens.length).toBe(3 * 4 * 3);
      expect((await headScores(model, TEXT)).scores.duplicateToken.length).toBe(4);
      const grid = await activationPatching(model, {
        base: TEXT,
        source: { ids: [1, 5, 9, 5] },
        answer: { ...ANSWER, position: 2 },
      });
      expect(grid.values.length).toBe(8);
      await expect(logitAttribution(model, TEXT, ANSWER)).rejects.toThrow(
        "linear map of its last hidden states, got MaskedLanguageModel",
      );
      model.dispose();
    }));

  test("that classifies is patched and ablated; its logits are of labels", () =>
    expectNoLeaks(async () => {
      const model = bertOf("BertForSequenceClassification");
      const answer = { token: 1, against: 0 };
      expect((await ablationSweep(model, TEXT, answer, { kind: "layers" })).values.length).toBe(2);
      await expect(logitLens(model, TEXT)).rejects.toThrow("expected a model with an output layer over tokens");
      await expect(ablationSweep(model, TEXT, { token: 5 })).rejects.toThrow(
        "expected answer to be one of 2 labels, got 5",
      );
      model.dispose();
    }));
});

describe("a model without a head", () => {
  test("is recorded; its hidden states are no answers", () =>
    expectNoLeaks(async () => {
      const model = bertOf("BertModel");
      const { output } = await recordActivations(model, TEXT, ["blocks.*.attn.hook_z"]);
      expect(output.shape).toEqual([1, 4, 8]);
      await expect(ablationSweep(model, TEXT, { token: 3 })).rejects.toThrow(
        "expected a model that gives logits, for an answer, got TextEncoderModel",
      );
      model.dispose();
    }));
});

describe("steer", () => {
  test("changes what is generated, and by nothing changes nothing", () =>
    expectNoLeaks(async () => {
      using model = gptOf();
      const idsOf = async (scale: number) => {
        const vector = await steeringVector(
          model,
          { from: TEXT, to: { ids: [2, 6] } },
          { layer: 1, positions: "mean" },
        );
        const [[best] = []] = await generate(steer(model, { layer: 2, vector, scale }), [[1, 5]], { maxNewTokens: 6 });
        return best?.ids;
      };
      const [[plain] = []] = await generate(model, [[1, 5]], { maxNewTokens: 6 });
      expect(await idsOf(0)).toEqual(plain?.ids);
      expect(await idsOf(40)).not.toEqual(plain?.ids);
    }));
});

describe("sweeps", () => {
  test("tell how far they are, and end with the signal's reason, leaving nothing", () =>
    expectNoLeaks(async () => {
      using model = gptOf();
      const told: string[] = [];
      await ablationSweep(model, TEXT, ANSWER, {
        kind: "layers",
        onProgress: (done, total) => told.push(`${done}/${total}`),
      });
      expect(told).toEqual(["1/2", "2/2"]);
      const stop = new AbortController();
      const pair = { base: TEXT, source: TEXT, answer: ANSWER };
      const options = { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
      await expect(activationPatching(model, pair, options)).rejects.toThrow("enough");
      await expect(pathPatching(model, pair, options)).rejects.toThrow("enough");
      await expect(integratedGradients(model, TEXT, ANSWER, { signal: stop.signal })).rejects.toThrow("enough");
    }));
});

describe("what is refused", () => {
  test.each<[string, (model: CausalLanguageModel) => unknown, string]>([
    ["no tokens", (m) => logitLens(m, { ids: [] }), "expected inputs.ids to have a token at least, got none"],
    [
      "too many",
      (m) => attentionPatterns(m, { ids: Array<number>(10_000).fill(1) }),
      "of at most 16 tokens, got 10000",
    ],
    [
      "no token of it",
      (m) => headScores(m, { ids: [1, 13] }),
      "expected inputs.ids[1] to be a token from 0 to 12, got number 13",
    ],
    ["a target", (m) => logitLens(m, PAIR), "decoderIds with an encoder-decoder alone"],
    [
      "another length",
      (m) => activationPatching(m, { base: TEXT, source: { ids: [1] }, answer: ANSWER }),
      "of one length, as positions are compared, got 4 and 1",
    ],
    [
      "no such name",
      (m) => recordActivations(m, TEXT, ["blocks.7.attn.hook_q"]),
      "expected an activation of the model, got blocks.7.attn.hook_q",
    ],
    [
      "no such head",
      (m) => ablationPatches(m, { heads: [{ layer: 0, head: 2 }] }),
      "a head of selfAttn from 0 to 1, got 2",
    ],
    [
      "no mean",
      (m) => ablationPatches(m, { layers: [0], means: new Map() }),
      "expected the mean of layers.0.selfAttn, got none",
    ],
    [
      "no such side",
      (m) => attentionPatterns(m, TEXT, { side: "encoder" }),
      "expected side to be decoder, got encoder",
    ],
    [
      "no such answer",
      (m) => logitAttribution(m, TEXT, { token: 13 }),
      "expected answer.token to be a whole number from 0 to 12, got 13",
    ],
    [
      "no such position",
      (m) => logitAttribution(m, TEXT, { token: 1, position: 4 }),
      "expected answer.position from -4 to 3, got 4",
    ],
    [
      "no such layer",
      (m) => steeringVector(m, { from: TEXT, to: TEXT }, { layer: 3 }),
      "expected layer to be a whole number from 0 to 2, got 3",
    ],
    [
      "no such receiver",
      (m) =>
        pathPatching(
          m,
          { base: TEXT, source: TEXT, answer: ANSWER },
          { receivers: [{ layer: 1, head: 5, input: "keys" }] },
        ),
      "receiver.head from 0 to 1, got 5",
    ],
    ["an option that is none", (m) => logitLens(m, TEXT, { topK: 3 } as never), "topK"],
    ["a vector of another width", (m) => steer(m, { layer: 1, vector: [1, 2] }), "vector of 8 finite numbers, got 2"],
    [
      "cross-attention that is not there",
      (m) => activationPatching(m, { base: TEXT, source: TEXT, answer: ANSWER }, { kind: "crossHeads" }),
      "of a decoder that reads a memory",
    ],
  ])("%s", (_, call, message) =>
    expectNoLeaks(async () => {
      using model = gptOf();
      await expect((async () => call(model))()).rejects.toThrow(message);
    }),
  );

  test("a model without attention", async () => {
    class GruModel {
      readonly activations = ["logits"];
      forward(): object {
        return {};
      }
    }
    await expect(logitLens(new GruModel(), TEXT)).rejects.toThrow(
      "expected a model of attention blocks that reads tokens, got GruModel",
    );
  });

  test("a table of one row", () => {
    expect(() => principalComponents([1, 2], 2, 1)).toThrow("expected values of 2 rows of 2 at least, got 2 numbers");
  });
});

test("a pass that nobody looks into is as it was: new taps keep no layer from one kernel", () => {
  const seen = new Recorder(["layers.*"]);
  expect(seen.wantsInside("layers.0")).toBe(false);
  expect(new Recorder(["layers.0.selfAttn.projectedQueries"]).wantsInside("layers.0")).toBe(true);
});

describe("modelOutline", () => {
  test("counts stacks, layers and heads, and says what the output is", () => {
    const model = marianOf();
    const { kind, stacks, maxTokens, hasLogits, hasTokenLogits } = modelOutline(model);
    expect({ kind, maxTokens, hasLogits, hasTokenLogits }).toEqual({
      ...{ kind: "encoderDecoder", maxTokens: 17, hasLogits: true, hasTokenLogits: true },
    });
    expect(stacks).toEqual([
      { name: "encoder", layers: 2, heads: [3, 3], crossHeads: [] },
      { name: "decoder", layers: 2, heads: [2, 2], crossHeads: [2, 2] },
    ]);
    model.dispose();
    const bare = bertOf("BertModel");
    expect(modelOutline(bare)).toMatchObject({ kind: "encoder", hasLogits: false, hasTokenLogits: false });
    bare.dispose();
    expect(() => modelOutline({ activations: [], forward: () => ({}) })).toThrow(
      "modelOutline: expected a model of attention blocks that reads tokens, got Object",
    );
  });
});

describe("nextTokenProbabilities", () => {
  test("is the lens's last row, and changes without a head by as much as ablation says", () =>
    expectNoLeaks(async () => {
      const model = marianOf();
      const probabilities = await nextTokenProbabilities(model, PAIR);
      expect(probabilities.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
      const lens = await logitLens(model, PAIR, { top: 13 });
      const last = (lens.rows * lens.columns - 1) * 13;
      for (let i = 0; i < 13; i++) {
        expect(probabilities[lens.tokens[last + i] ?? 0]).toBeCloseTo(lens.probabilities[last + i] ?? NaN, 5);
      }
      const without = await nextTokenProbabilities(model, PAIR, { without: { crossHeads: [{ layer: 1, head: 0 }] } });
      const sweep = await ablationSweep(model, PAIR, { token: 4, against: 7 }, { kind: "crossHeads" });
      expect(Math.log((without[4] ?? 0) / (without[7] ?? 0))).toBeCloseTo(sweep.values[2] ?? NaN, 4);
      expect(Math.log((probabilities[4] ?? 0) / (probabilities[7] ?? 0))).toBeCloseTo(sweep.whole, 4);
      model.dispose();
    }));

  test("is of labels for a classifier, and refused of a model without logits", async () => {
    const classifier = bertOf("BertForSequenceClassification");
    expect(await nextTokenProbabilities(classifier, TEXT)).toHaveLength(2);
    classifier.dispose();
    const bare = bertOf("BertModel");
    await expect(nextTokenProbabilities(bare, TEXT)).rejects.toThrow("expected a model that gives logits");
    bare.dispose();
  });
});
