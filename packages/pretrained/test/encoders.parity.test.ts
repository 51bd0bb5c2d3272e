import { readFileSync } from "node:fs";
import { sinusoidalPositions } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { Params, RandomStream, Recorder } from "@qkv/nn";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import {
  albert,
  bert,
  type BertConfig,
  type Block,
  buildEncoder,
  debertaV2,
  distilbert,
  electra,
  ENCODER_FAMILIES,
  type EncoderModel,
  modernbert,
  mpnet,
  roberta,
  SequenceClassificationModel,
} from "@qkv/transformer";
import { Tokenizer } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const CLASSES = {
  "bert-model": [bert, "BertModel", "textEncoder"],
  "bert-masked": [bert, "BertForMaskedLM", "maskedLM"],
  "bert-masked-untied": [bert, "BertForMaskedLM", "maskedLM"],
  "bert-classifier": [bert, "BertForSequenceClassification", "sequenceClassification"],
  "bert-regression": [bert, "BertForSequenceClassification", "sequenceClassification"],
  "bert-several": [bert, "BertForSequenceClassification", "sequenceClassification"],
  "bert-tokens": [bert, "BertForTokenClassification", "tokenClassification"],
  "bert-answers": [bert, "BertForQuestionAnswering", "questionAnswering"],
  "roberta-model": [roberta, "RobertaModel", "textEncoder"],
  "xlm-roberta-masked": [roberta, "XLMRobertaForMaskedLM", "maskedLM"],
  "camembert-classifier": [roberta, "CamembertForSequenceClassification", "sequenceClassification"],
  "distilbert-masked": [distilbert, "DistilBertForMaskedLM", "maskedLM"],
  "distilbert-classifier": [distilbert, "DistilBertForSequenceClassification", "sequenceClassification"],
  "distilbert-answers": [distilbert, "DistilBertForQuestionAnswering", "questionAnswering"],
  "mpnet-model": [mpnet, "MPNetModel", "textEncoder"],
  "mpnet-masked-untied": [mpnet, "MPNetForMaskedLM", "maskedLM"],
  "mpnet-classifier": [mpnet, "MPNetForSequenceClassification", "sequenceClassification"],
  "electra-discriminator": [electra, "ElectraForPreTraining", "replacedTokenDetection"],
  "electra-masked": [electra, "ElectraForMaskedLM", "maskedLM"],
  "electra-classifier": [electra, "ElectraForSequenceClassification", "sequenceClassification"],
  "albert-model": [albert, "AlbertModel", "textEncoder"],
  "albert-masked": [albert, "AlbertForMaskedLM", "maskedLM"],
  "albert-tokens": [albert, "AlbertForTokenClassification", "tokenClassification"],
  "deberta-v2-model": [debertaV2, "DebertaV2Model", "textEncoder"],
  "deberta-v2-masked": [debertaV2, "DebertaV2ForMaskedLM", "maskedLM"],
  "deberta-v2-answers": [debertaV2, "DebertaV2ForQuestionAnswering", "questionAnswering"],
  "modernbert-model": [modernbert, "ModernBertModel", "textEncoder"],
  "modernbert-masked": [modernbert, "ModernBertForMaskedLM", "maskedLM"],
  "modernbert-classifier": [modernbert, "ModernBertForSequenceClassification", "sequenceClassification"],
} as const;
type Name = keyof typeof CLASSES;

/** Arrays that transformers writes and nothing reads, besides an output layer that is not tied. */
const UNREAD: Readonly<Partial<Record<Name, string>>> = {
  "bert-masked-untied": "cls.predictions.bias",
  "mpnet-masked-untied": "lm_head.bias",
};

const THEIRS = {
  ...{ logits: "logits", startLogits: "start_logits", endLogits: "end_logits" },
  ...{ lastHiddenState: "last_hidden_state", poolerOutput: "pooler_output" },
} as const;

type AnyEncoderFamily = (typeof ENCODER_FAMILIES)[number];

interface Opened {
  readonly model: EncoderModel;
  readonly architecture: string;
  readonly task: string;
}

/** What golden/make_encoders.py wrote of a model: its folder, and its answers. */
function folder(name: Name) {
  const file = (ending: string) => new URL(`../../transformer/test/golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const { config } = JSON.parse(readFileSync(file("json"), "utf8")) as { config: Record<string, unknown> };
  const weights = arrays.under("weights/");
  const open = (
    change: (tensors: Map<string, ReturnType<typeof safeTensor>>) => void = () => undefined,
    fields: object = {},
  ) => {
    const tensors = new Map([...weights].map(([key, { data, shape }]) => [key, safeTensor(data, shape)]));
    change(tensors);
    const files = new Map([
      ["config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...fields }))],
      ["model.safetensors", writeSafetensors(tensors)],
    ]);
    return loadPretrained(memoryFiles(name, files), { families: ENCODER_FAMILIES });
  };
  return { arrays, config, weights, open };
}

function inputsOf({ arrays }: ReturnType<typeof folder>) {
  return tf.tidy(() => ({
    ids: arrays.tensor<tf.Rank.R2>("input/ids"),
    attentionMask: tf.cast(arrays.tensor<tf.Rank.R2>("input/keep"), "bool"),
    tokenTypes: arrays.tensor<tf.Rank.R2>("input/types"),
  }));
}

describeBackends("Encoders equal Hugging Face's", (backend) => {
  test.each(Object.keys(CLASSES) as Name[])("%s: hidden states, attentions, outputs and loss", (name) =>
    expectNoLeaks(async () => {
      const all = folder(name);
      const { model, architecture, task } = (await all.open()) as Opened;
      expect([architecture, task]).toEqual(CLASSES[name].slice(1));
      const inputs = inputsOf(all);
      const layers = model.encoder.layers.map((_, i) => `encoder.layers.${i}`);
      const last = model.encoder.norm === undefined ? layers.slice(-1) : ["encoder.norm"];
      const states = ["encoder.embeddings", ...layers.slice(0, -1), ...last];
      const attentions = layers.map((layer) => `${layer}.selfAttn.probabilities`);
      const seen = new Recorder([...states, ...attentions]);
      const watched = model.forward(inputs, { taps: seen });
      for (const [i, path] of states.entries()) {
        await expectClose(seen.get(path), all.arrays.array(`output/hidden_states.${i}`));
      }
      for (const [i, path] of attentions.entries()) {
        await expectClose(seen.get(path), all.arrays.array(`output/attentions.${i}`));
      }
      const { kernels } = await tf.profile(() => {
        const outputs = model.forward(inputs);
        tf.dispose({ ...outputs } as tf.TensorContainerObject);
      });
      const fused = kernels.filter(({ name }) => name === "QkvTransformerLayer").length;
      // Scores by distance have no kernel.
      const isFused = backend.startsWith("wasm") && !name.startsWith("deberta");
      // The first layer of ModernBERT has no norm before its attention.
      expect(fused).toBe(isFused ? layers.length - (name.startsWith("modernbert") ? 1 : 0) : 0);
      const plain = model.forward(inputs);
      for (const outputs of [watched, plain]) {
        for (const [field, tensor] of Object.entries(outputs) as [keyof typeof THEIRS, tf.Tensor][]) {
          await expectClose(tensor, all.arrays.array(`output/${THEIRS[field]}`));
        }
      }
      const bare = model.forward({ ids: inputs.ids });
      const [first] = Object.entries(bare) as [keyof typeof THEIRS, tf.Tensor][];
      await expectClose(first?.[1] as tf.Tensor, all.arrays.array(`bare/${THEIRS[first?.[0] ?? "logits"]}`));
      if ("loss" in model) {
        const labels = all.arrays.tensor("input/labels");
        const loss = tf.tidy(() => tf.reshape(model.loss({ ...inputs, labels }), [1]));
        await expectClose(loss, all.arrays.array("output/loss"));
        tf.dispose([labels, loss]);
      }
      seen.dispose();
      tf.dispose([inputs, { ...watched }, { ...plain }, { ...bare }] as unknown as tf.TensorContainer);
      model.dispose();
    }),
  );

  test("gradients of the loss", async () => {
    const all = folder("bert-classifier");
    const { model } = await all.open();
    if (!(model instanceof SequenceClassificationModel)) throw new TypeError("expected a classifier");
    const [inputs, labels] = [inputsOf(all), all.arrays.tensor("input/labels")];
    const variables = new Map([...model.params.named()].filter((_, i) => i % (backend === "webgpu" ? 13 : 6) === 0));
    await checkGradients(() => model.loss({ ...inputs, labels }), [], { variables, step: 2 ** -6 });
    tf.dispose([inputs, labels] as tf.TensorContainer);
    model.dispose();
  });
});

describe("its folder", () => {
  beforeAll(() => initBackend("cpu"));

  test.each(Object.keys(CLASSES) as Name[])("%s: is saved with the same names, numbers and config", async (name) => {
    const all = folder(name);
    const { model, config } = await all.open();
    const [family] = CLASSES[name];
    const saved = await pretrainedFiles({ model, families: [family] });
    expect(model.activations.length).toBe(new Set(model.activations).size);
    model.dispose();
    const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
    // Nothing reads the second bias beside an output layer that is not tied.
    const read = [...all.weights].filter(([key]) => key !== UNREAD[name]);
    expect([...tensors.keys()].sort()).toEqual(read.map(([key]) => key).sort());
    for (const [key, { data }] of read) expect(toFloat32(tensors.get(key) as never), key).toEqual(data);
    const json = JSON.parse(new TextDecoder().decode(saved.get("config.json"))) as Record<string, unknown>;
    const shared = Object.keys(json).filter((field) => field in all.config && field !== "label2id");
    expect(shared.length).toBeGreaterThan(12);
    for (const field of shared) expect(json[field], field).toEqual(all.config[field]);
    expect(family.parseConfig(json)).toEqual(config);
    expect(saved.has("generation_config.json")).toBe(false);
  });

  test("older names of norms, other heads and the numbers of positions are what they were in 2019", async () => {
    const all = folder("bert-masked");
    const older = (tensors: Map<string, ReturnType<typeof safeTensor>>) => {
      for (const [key, tensor] of [...tensors]) {
        tensors.delete(key);
        tensors.set(
          key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
          tensor,
        );
      }
      tensors.set("bert.embeddings.position_ids", safeTensor(BigInt64Array.from([0n, 1n, 2n]), [1, 3]));
      tensors.set("cls.seq_relationship.bias", safeTensor(Float32Array.of(1, 2), [2]));
      tensors.set("bert.pooler.dense.bias", safeTensor(new Float32Array(12), [12]));
    };
    const { model } = await all.open(older);
    const inputs = inputsOf(all);
    const { logits } = model.forward(inputs) as { logits: tf.Tensor };
    await expectClose(logits, all.arrays.array("output/logits"));
    tf.dispose([inputs, logits] as tf.TensorContainer);
    model.dispose();
    const wrong = safeTensor(BigInt64Array.from([1n, 0n]), [1, 2]);
    await expect(all.open((tensors) => tensors.set("bert.embeddings.position_ids", wrong))).rejects.toThrow(
      "bert.embeddings.position_ids: expected the numbers of the positions, got other numbers [1,2]",
    );
  });

  test("its tokenizer says its special tokens and that it wants token types", async () => {
    const vocab = Object.fromEntries(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b"].map((token, i) => [token, i]));
    const json = { model: { type: "WordPiece", vocab, unk_token: "[UNK]", continuing_subword_prefix: "##" } };
    const { model } = await folder("bert-model").open();
    const saved = await pretrainedFiles({ model, tokenizer: Tokenizer.fromJSON(json) });
    model.dispose();
    const about = JSON.parse(new TextDecoder().decode(saved.get("tokenizer_config.json"))) as Record<string, unknown>;
    expect(about).toMatchObject({
      ...{ cls_token: "[CLS]", sep_token: "[SEP]", pad_token: "[PAD]", unk_token: "[UNK]", model_max_length: 16 },
      model_input_names: ["input_ids", "token_type_ids", "attention_mask"],
    });
    expect("mask_token" in about).toBe(false); // not in this vocabulary
  });

  test("an output layer of other numbers than the embedding is not tied, whatever the config says", async () => {
    const all = folder("bert-masked-untied");
    const { model, config } = await all.open(undefined, { tie_word_embeddings: true });
    expect(config).toMatchObject({ tieWordEmbeddings: false });
    const inputs = inputsOf(all);
    const { logits } = model.forward(inputs) as { logits: tf.Tensor };
    await expectClose(logits, all.arrays.array("output/logits"));
    tf.dispose([inputs, logits] as tf.TensorContainer);
    model.dispose();
  });

  test("dropout is on while training, each rate of it", async () => {
    const all = folder("bert-classifier");
    const inputs = inputsOf(all);
    for (const rate of ["dropout", "attentionDropout", "classifierDropout"] as const) {
      const { model } = await all.open();
      const none = { dropout: 0, attentionDropout: 0, classifierDropout: 0 };
      const build = (rates: object) => {
        const config = { ...model.config, ...rates } as BertConfig;
        return buildEncoder(bert, "sequenceClassification", model.params, config);
      };
      const [off, on] = [build(none), build({ ...none, [rate]: 0.5 })];
      const run = async (each: SequenceClassificationModel) => {
        const { logits } = each.forward(inputs, { random: new RandomStream(1) });
        const data = await logits.data();
        logits.dispose();
        return data;
      };
      expect(await run(on)).not.toEqual(await run(off));
      expect(await run(on)).toEqual(await run(on));
      model.dispose();
    }
    tf.dispose(inputs as unknown as tf.TensorContainer);
  });

  test("sines and cosines of positions are where training starts", async () => {
    const sizes = { vocab_size: 5, dim: 4, n_layers: 1, n_heads: 1, hidden_dim: 3, max_position_embeddings: 3 };
    const config = distilbert.parseConfig({ model_type: "distilbert", ...sizes, sinusoidal_pos_embds: true });
    using model = distilbert.build(Params.initialized(1), config);
    const table = model.params.named().get("encoder.embeddings.positions.weight") as tf.Tensor;
    await expectClose(table, { shape: [3, 4], data: sinusoidalPositions(3, 4) });
  });

  test("layers of one group have one array of each kind", () => {
    const sizes = { vocab_size: 5, hidden_size: 4, embedding_size: 3, num_attention_heads: 1, intermediate_size: 3 };
    const config = albert.parseConfig({ model_type: "albert", ...sizes, num_hidden_layers: 5, num_hidden_groups: 2 });
    using model = albert.build(Params.initialized(1), config);
    const names = [...model.params.named().keys()].filter((name) => name.endsWith("fc1.weight"));
    expect(names).toEqual([0, 1].map((group) => `encoder.groups.${group}.layers.0.ffn.fc1.weight`));
    const [first, , third, fourth] = (model.encoder.layers as readonly Block[]).map(
      ({ selfAttn }) => selfAttn.qProj.weight,
    );
    expect(first).toBe(third);
    expect(first).not.toBe(fourth);
  });

  test("a text that is longer than the positions is refused, with padding or without", () => {
    const sizes = { vocab_size: 9, hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 1, intermediate_size: 3 };
    const config = roberta.parseConfig({ model_type: "roberta", ...sizes, max_position_embeddings: 6 });
    expect(config.maxPositions).toBe(4);
    using model = roberta.build(Params.initialized(1), config);
    const ids = tf.ones([1, 5], "int32");
    expect(() => model.forward({ ids })).toThrow("TextEmbeddings: expected at most 4 positions, got 5");
    ids.dispose();
  });

  test.each<[Pick<AnyEncoderFamily, "modelTypes" | "parseConfig">, object, string]>([
    [bert, { position_embedding_type: "relative_key" }, "position_embedding_type to be one of absolute"],
    [bert, { is_decoder: true }, "is_decoder to be false"],
    [bert, { num_attention_heads: 5 }, "num_attention_heads to be a divisor of 768"],
    [roberta, { pad_token_id: null }, "pad_token_id to be a whole number, from which positions count"],
    [roberta, { max_position_embeddings: 2 }, "max_position_embeddings to be more than pad_token_id + 1, 2"],
    [roberta, { add_cross_attention: true }, "add_cross_attention to be false"],
    [distilbert, { n_heads: 7 }, "n_heads to be a divisor of 768"],
    [mpnet, { relative_attention_num_buckets: 16 }, "relative_attention_num_buckets to be at least 32"],
    [electra, { position_embedding_type: "relative_key_query" }, "position_embedding_type to be one of absolute"],
    [albert, { num_hidden_groups: 13 }, "num_hidden_groups to be at most num_hidden_layers, 12"],
    [modernbert, { layer_types: ["full_attention"] }, "layer_types to be 22 of full_attention, sliding_attention"],
    [modernbert, { global_attn_every_n_layers: 0 }, "global_attn_every_n_layers to be a whole number above 0"],
    [modernbert, { classifier_pooling: "max" }, "classifier_pooling to be one of cls, mean"],
    [modernbert, { rope_parameters: { global: {} } }, "one of the fields that are known"],
    [debertaV2, { conv_kernel_size: 3 }, "conv_kernel_size to be absent or 0"],
    [debertaV2, { embedding_size: 12 }, "embedding_size to be absent or 1536"],
    [
      debertaV2,
      { relative_attention: true, position_buckets: 1024 },
      "position_buckets to be at least 2, and less than",
    ],
  ])("refuses fields that it does not know, %#", (family, fields, message) => {
    expect(() => family.parseConfig({ model_type: family.modelTypes[0], ...fields })).toThrow(message);
  });

  test("a class that is not here is refused by its name", async () => {
    const all = folder("bert-model");
    const refused = all.open(undefined, { architectures: ["BertForNextSentencePrediction"] });
    await expect(refused).rejects.toThrow(
      "expected architectures to name BertModel or BertForMaskedLM or BertForSequenceClassification or " +
        'BertForTokenClassification or BertForQuestionAnswering, got ["BertForNextSentencePrediction"]',
    );
  });
});
