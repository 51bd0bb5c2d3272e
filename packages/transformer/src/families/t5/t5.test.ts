import { Params, RandomStream, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import type { Memory } from "../../models/seq2seq.ts";
import { t5Spec } from "./block.ts";
import { t5, type T5Model } from "./index.ts";
import { T5_WEIGHTS } from "./weights.ts";

const JSON_CONFIG = {
  ...{ model_type: "t5", vocab_size: 9, d_model: 4, d_kv: 3, num_heads: 2, d_ff: 5, num_layers: 1 },
  ...{ num_decoder_layers: 2, relative_attention_num_buckets: 4, relative_attention_max_distance: 6 },
};
const GATED = { feed_forward_proj: "gated-gelu", tie_word_embeddings: false };

function randomModel(more: object = {}): T5Model {
  let seed = 3;
  const params = Params.from((_, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
  return t5.build(params, t5.parseConfig({ ...JSON_CONFIG, ...more }));
}

/** Two pairs, the second with a padded source and target; the caller's. */
function batch() {
  const tensor = (rows: number[][], dtype: "int32" | "bool" = "int32") => tf.tensor2d(rows, undefined, dtype);
  return {
    ids: tensor([[2, 3, 4, 1], [5, 6, 1, 0]]), // prettier-ignore
    attentionMask: tensor([[1, 1, 1, 1], [1, 1, 1, 0]], "bool"), // prettier-ignore
    decoderIds: tensor([[0, 7, 8], [0, 8, 1]]), // prettier-ignore
    labels: tensor([[7, 8, 1], [8, 1, -100]]), // prettier-ignore
  };
}

describeBackends("T5", (backend) => {
  test.each([
    ["plain and tied", { feed_forward_proj: "silu" }], // relu has a kink
    ["gated, with a head of its own", GATED],
  ])(
    "%s: gradients of the loss for every parameter, whose names are paths and in the table",
    async (_, more) => {
      using model = randomModel(more);
      for (const [path, weight] of model.params.weights()) {
        const field = path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], model);
        expect([weight, weight.parts.data], path).toContain(field);
        expect(T5_WEIGHTS.rename[path.replace(/(?<=\.)\d+(?=\.)/g, "*")], path).toBeDefined();
      }
      const inputs = batch();
      // A GPU in software takes seconds for each; the layers' own tests have them all.
      const variables = new Map([...model.params.named()].filter((_, i) => backend !== "webgpu" || i % 9 === 0));
      await checkGradients(() => model.loss(inputs, { labelSmoothing: 0.1 }), [], { variables, step: 2 ** -7 });
      tf.dispose(inputs);
    },
    120_000,
  );

  test("has the activations that it names", () =>
    expectNoLeaks(() => {
      using model = randomModel();
      const inputs = batch();
      using seen = new Recorder(["**"]);
      model.forward(inputs, { taps: seen }).logits.dispose();
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      expect(seen.get("decoder.layers.1.crossAttn.scores").shape).toEqual([2, 2, 3, 4]);
      expect(seen.get("encoder.layers.0.selfAttn.heads").shape).toEqual([2, 2, 4, 3]);
      tf.dispose(inputs);
    }));

  test("drops values while training, and the same ones by the same stream", async () => {
    using model = randomModel({ dropout_rate: 0.4 });
    const inputs = batch();
    const lossOf = async (random?: RandomStream) => {
      const loss = model.loss(inputs, { random });
      const [value] = await loss.data();
      loss.dispose();
      return value;
    };
    expect(await lossOf(new RandomStream(1))).toBe(await lossOf(new RandomStream(1)));
    expect(await lossOf(new RandomStream(1))).not.toBe(await lossOf());
    tf.dispose(inputs);
  });
});

describeBackends("Seq2SeqLanguageModel", () => {
  test("drops values of the embeddings and of each side's output", () =>
    expectNoLeaks(async () => {
      const config = t5.parseConfig({ ...JSON_CONFIG, dropout_rate: 0 });
      using model = new Seq2SeqLanguageModel(Params.initialized(1), config, {
        ...t5Spec(config),
        embeddingDropout: 0.4,
        outputDropout: 0.4,
      });
      const inputs = batch();
      using seen = new Recorder(["*.embeddings"]);
      const random = () => new RandomStream(1);
      model.forward(inputs, { taps: seen, random: random() }).logits.dispose();
      for (const path of seen.paths) expect(await seen.get(path).data(), path).toContain(0);

      const same = (x: tf.Tensor) => tf.onesLike(x);
      const taps = new Recorder([], { "encoder.embeddings": same, "decoder.embeddings": same });
      const memories = [{}, { random: random() }].map((more) =>
        model.encode(inputs.ids, inputs.attentionMask, { taps, ...more }),
      );
      const [plain, dropped] = await Promise.all(memories.map(({ keyValues }) => keyValues[0]?.keys.data()));
      expect(dropped).not.toEqual(plain);
      const [memory] = memories as [Memory];
      const outputs = [{}, { random: random() }].map((more) =>
        model.decode(inputs.decoderIds, memory, { taps, ...more }),
      );
      const [logits, others] = await Promise.all(outputs.map(({ logits }) => logits.data()));
      expect(others).not.toEqual(logits);
      tf.dispose([inputs, memories, outputs] as unknown as tf.TensorContainer);
    }));
});

describe("config.json of T5", () => {
  const read = (more: object) => t5.parseConfig({ ...JSON_CONFIG, ...more });

  test("has transformers' defaults by type", () => {
    expect(t5.parseConfig({ model_type: "t5" })).toMatchObject({
      ...{ vocabSize: 32128, dModel: 512, headDim: 64, ffnDim: 2048, encoderLayers: 6, decoderLayers: 6, numHeads: 8 },
      ...{ activation: "relu", isGated: false, scaleOutput: true, tieWordEmbeddings: true, normEps: 1e-6 },
      ...{ padTokenId: 0, eosTokenId: 1, decoderStartTokenId: 0, numBuckets: 32, maxDistance: 128, dropout: 0.1 },
    });
    expect(t5.parseConfig({ model_type: "mt5" })).toMatchObject({
      ...{ vocabSize: 250112, ffnDim: 1024, encoderLayers: 8, numHeads: 6 },
      ...{ activation: "geluTanh", isGated: true, scaleOutput: false },
    });
  });

  test.each([
    [{ feed_forward_proj: "gelu" }, { activation: "gelu", isGated: false }],
    [{ feed_forward_proj: "gated-gelu" }, { activation: "geluTanh", isGated: true }],
    [{ feed_forward_proj: "gated-silu" }, { activation: "silu", isGated: true }],
    [
      { feed_forward_proj: "gated-gelu", dense_act_fn: "gelu" },
      { activation: "gelu", isGated: true },
    ],
    [
      { feed_forward_proj: "relu", is_gated_act: true },
      { activation: "relu", isGated: true },
    ],
    [{ tie_word_embeddings: false }, { scaleOutput: false, tieWordEmbeddings: false }],
    [{ tie_word_embeddings: false, scale_decoder_outputs: true }, { scaleOutput: true }],
    [{ scale_decoder_outputs: false }, { scaleOutput: false, tieWordEmbeddings: true }],
    [{ model_type: "mt5", tie_word_embeddings: true }, { scaleOutput: false }],
    [
      { eos_token_id: [1, 5], forced_eos_token_id: 1, max_length: 7 },
      { eosTokenIds: [1, 5], maxLength: 7 },
    ],
    [{ pad_token_id: 3 }, { decoderStartTokenId: 3 }],
  ])("%j is read, and written so that it is read the same", (json, expected) => {
    const config = read(json);
    expect(config).toMatchObject(expected);
    expect(t5.parseConfig({ ...t5.formatConfig(config), ...t5.formatGeneration?.(config) })).toEqual(config);
  });

  test.each([
    [{ model_type: "umt5" }, 'expected model_type to be one of t5, mt5, got "umt5"'],
    [{ feed_forward_proj: "gated" }, "expected feed_forward_proj to be one of"],
    [{ feed_forward_proj: "plain-relu" }, "expected feed_forward_proj to be one of"],
    [{ dense_act_fn: "softmax" }, "expected dense_act_fn to be one of"],
    [{ num_heads: 0 }, "expected num_heads to be a whole number above 0, got 0"],
    [{ num_layers: 0 }, "expected num_layers to be a whole number above 0, got 0"],
    [{ relative_attention_num_buckets: 3 }, "expected relative_attention_num_buckets to be at least 4, got 3"],
    [{ relative_attention_max_distance: 2 }, "expected relative_attention_max_distance to be above 2"],
    [{ dropout_rate: 1 }, "expected dropout_rate to be a number in [0, 1), got 1"],
  ])("refuses %j", (json, message) => {
    expect(() => read(json)).toThrow(message);
  });
});
