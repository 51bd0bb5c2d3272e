import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { RandomStream, Recorder } from "@qkv/nn";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { bert, type BertForSequenceClassification } from "@qkv/transformer";
import { Tokenizer } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const CLASSES = {
  "bert-model": ["BertModel", "textEncoder"],
  "bert-masked": ["BertForMaskedLM", "maskedLM"],
  "bert-masked-untied": ["BertForMaskedLM", "maskedLM"],
  "bert-classifier": ["BertForSequenceClassification", "sequenceClassification"],
  "bert-regression": ["BertForSequenceClassification", "sequenceClassification"],
  "bert-several": ["BertForSequenceClassification", "sequenceClassification"],
  "bert-tokens": ["BertForTokenClassification", "tokenClassification"],
  "bert-answers": ["BertForQuestionAnswering", "questionAnswering"],
} as const;
type Name = keyof typeof CLASSES;

const THEIRS = {
  ...{ logits: "logits", startLogits: "start_logits", endLogits: "end_logits" },
  ...{ lastHiddenState: "last_hidden_state", poolerOutput: "pooler_output" },
} as const;

/** What golden/make_bert.py wrote of a model: its folder, and its answers. */
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
    return loadPretrained(memoryFiles(name, files), { families: [bert] });
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

describeBackends("BERT equals Hugging Face's", (backend) => {
  test.each(Object.keys(CLASSES) as Name[])("%s: hidden states, attentions, outputs and loss", (name) =>
    expectNoLeaks(async () => {
      const all = folder(name);
      const { model, architecture, task } = await all.open();
      expect([architecture, task]).toEqual(CLASSES[name]);
      const inputs = inputsOf(all);
      const layers = [0, 1].map((i) => `encoder.layers.${i}`);
      const states = ["encoder.embeddings", ...layers];
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
      expect(fused).toBe(backend.startsWith("wasm") ? 2 : 0);
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
    const model = (await all.open()).model as BertForSequenceClassification;
    const [inputs, labels] = [inputsOf(all), all.arrays.tensor("input/labels")];
    const variables = new Map([...model.params.named()].filter((_, i) => i % (backend === "webgpu" ? 13 : 6) === 0));
    await checkGradients(() => model.loss({ ...inputs, labels }), [], { variables, step: 2 ** -6 });
    tf.dispose([inputs, labels] as tf.TensorContainer);
    model.dispose();
  }, 120_000);
});

describe("its folder", () => {
  beforeAll(() => initBackend("cpu"));

  test.each(Object.keys(CLASSES) as Name[])("%s: is saved with the same names, numbers and config", async (name) => {
    const all = folder(name);
    const { model, config } = await all.open();
    const saved = await pretrainedFiles({ model, families: [bert] });
    expect(model.activations.length).toBe(new Set(model.activations).size);
    model.dispose();
    const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
    // Nothing reads the second bias beside an output layer that is not tied.
    const read = [...all.weights].filter(([key]) => name !== "bert-masked-untied" || key !== "cls.predictions.bias");
    expect([...tensors.keys()].sort()).toEqual(read.map(([key]) => key).sort());
    for (const [key, { data }] of read) expect(toFloat32(tensors.get(key) as never), key).toEqual(data);
    const json = JSON.parse(new TextDecoder().decode(saved.get("config.json"))) as Record<string, unknown>;
    const shared = Object.keys(json).filter((field) => field in all.config && field !== "label2id");
    expect(shared.length).toBeGreaterThan(12);
    for (const field of shared) expect(json[field], field).toEqual(all.config[field]);
    expect(bert.parseConfig(json)).toEqual(config);
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
        const classifier = bert
          .architectures("bert")
          .find(({ className }) => className === CLASSES["bert-classifier"][0]);
        return classifier?.build(model.params, { ...model.config, ...rates } as never) as BertForSequenceClassification;
      };
      const [off, on] = [build(none), build({ ...none, [rate]: 0.5 })];
      const run = async (each: BertForSequenceClassification) => {
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

  test.each([
    [{ position_embedding_type: "relative_key" }, "position_embedding_type to be one of absolute"],
    [{ is_decoder: true }, "is_decoder to be false"],
    [{ num_attention_heads: 5 }, "num_attention_heads to be a divisor of 768"],
  ])("refuses %j", (fields, message) => {
    expect(() => bert.parseConfig({ model_type: "bert", ...fields })).toThrow(message);
  });
});
