import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { createEmbedder, createTextClassifier, loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import {
  CAUSAL_FAMILIES,
  DECODER_HEAD_FAMILIES,
  type DecoderHeadModel,
  DecoderSequenceClassificationModel,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const CLASSES = {
  "gemma3-model": ["Gemma3TextModel", "textEncoder"],
  "gemma3-classifier": ["Gemma3TextForSequenceClassification", "sequenceClassification"],
  "llama-classifier": ["LlamaForSequenceClassification", "sequenceClassification"],
  "llama-answers": ["LlamaForQuestionAnswering", "questionAnswering"],
  "qwen3-regression": ["Qwen3ForSequenceClassification", "sequenceClassification"],
  "mistral-several": ["MistralForSequenceClassification", "sequenceClassification"],
  "phi3-tokens": ["Phi3ForTokenClassification", "tokenClassification"],
  "gpt2-classifier": ["GPT2ForSequenceClassification", "sequenceClassification"],
  "gpt2-tokens": ["GPT2ForTokenClassification", "tokenClassification"],
  "gpt2-base": ["GPT2Model", "textEncoder"],
  "falcon-answers": ["FalconForQuestionAnswering", "questionAnswering"],
  "gpt-neox-tokens": ["GPTNeoXForTokenClassification", "tokenClassification"],
} as const;
type Name = keyof typeof CLASSES;

const THEIRS = {
  ...{ logits: "logits", startLogits: "start_logits", endLogits: "end_logits", lastHiddenState: "last_hidden_state" },
} as const;

interface Opened {
  readonly model: DecoderHeadModel;
  readonly architecture: string;
  readonly task: string;
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** What golden/make_decoder_heads.py wrote of a model: its folder, and its answers. */
function folder(name: Name) {
  const file = (ending: string) => new URL(`../../transformer/test/golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const { config } = JSON.parse(readFileSync(file("json"), "utf8")) as { config: Record<string, unknown> };
  const weights = arrays.under("weights/");
  const open = async (fields: object = {}, more: Readonly<Record<string, unknown>> = {}) => {
    const tensors = new Map([...weights].map(([key, { data, shape }]) => [key, safeTensor(data, shape)]));
    const files = new Map([
      ["config.json", json({ ...config, ...fields })],
      ["model.safetensors", writeSafetensors(tensors)],
      ...Object.entries(more).map(([key, value]): [string, Uint8Array] => [key, json(value)]),
    ]);
    const families = [...CAUSAL_FAMILIES, ...DECODER_HEAD_FAMILIES];
    return (await loadPretrained(memoryFiles(name, files), { families })) as unknown as Opened;
  };
  return { arrays, config, weights, open };
}

function inputsOf({ arrays }: ReturnType<typeof folder>, place = "input") {
  return tf.tidy(() => ({
    ids: arrays.tensor<tf.Rank.R2>(`${place}/ids`),
    attentionMask: tf.cast(arrays.tensor<tf.Rank.R2>(`${place}/mask`), "bool"),
  }));
}

/** Padding has hidden states in Python that nobody reads: those of the texts are compared. */
async function expectTextsClose(
  actual: tf.Tensor,
  expected: { shape: readonly number[]; data: ArrayLike<number> },
  mask: tf.Tensor,
) {
  const isWhole = actual.rank === 2 && actual.shape[1] !== mask.shape[1];
  const kept = tf.tidy(() =>
    isWhole
      ? actual
      : tf.where(
          tf.reshape(mask, [...mask.shape, ...actual.shape.slice(2).map(() => 1)]),
          actual,
          tf.zerosLike(actual),
        ),
  );
  const bits = await mask.data();
  const width = expected.data.length / bits.length;
  const data = isWhole
    ? expected.data
    : Float32Array.from(expected.data, (value, i) => (bits[Math.floor(i / width)] ? value : 0));
  await expectClose(kept, { shape: [...expected.shape], data: data as Float32Array });
  if (kept !== actual) kept.dispose();
}

describeBackends("Decoders with other heads equal Hugging Face's", () => {
  test.each(Object.keys(CLASSES) as Name[])("%s: outputs and loss, padded on both sides", (name) =>
    expectNoLeaks(async () => {
      const all = folder(name);
      const { model, architecture, task } = await all.open();
      expect([architecture, task]).toEqual(CLASSES[name]);
      for (const [place, output] of [
        ["input", "output"],
        ["left", "left-output"],
      ] as const) {
        const inputs = inputsOf(all, place);
        const outputs = model.forward(inputs);
        for (const [field, tensor] of Object.entries(outputs) as [keyof typeof THEIRS, tf.Tensor][]) {
          await expectTextsClose(tensor, all.arrays.array(`${output}/${THEIRS[field]}`), inputs.attentionMask);
        }
        if (place === "input" && "loss" in model) {
          const labels = all.arrays.tensor("input/labels");
          const loss = tf.tidy(() => tf.reshape(model.loss({ ...inputs, labels }), [1]));
          await expectClose(loss, all.arrays.array("output/loss"));
          tf.dispose([labels, loss]);
        }
        tf.dispose([inputs, { ...outputs }] as unknown as tf.TensorContainer);
      }
      model.dispose();
    }),
  );
});

describe("their folders", () => {
  beforeAll(() => initBackend("cpu"));

  test.each(Object.keys(CLASSES) as Name[])("%s: is saved with the same names, numbers and config", async (name) => {
    const all = folder(name);
    const { model } = await all.open();
    const saved = await pretrainedFiles({
      model: model as never,
      families: [...CAUSAL_FAMILIES, ...DECODER_HEAD_FAMILIES],
    });
    expect(model.activations.length).toBe(new Set(model.activations).size);
    const { config } = model;
    model.dispose();
    const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
    expect([...tensors.keys()].sort()).toEqual([...all.weights.keys()].sort());
    for (const [key, { data }] of all.weights) expect(toFloat32(tensors.get(key) as never), key).toEqual(data);
    const again = JSON.parse(new TextDecoder().decode(saved.get("config.json"))) as Record<string, unknown>;
    expect(again["architectures"]).toEqual([CLASSES[name][0]]);
    const family = DECODER_HEAD_FAMILIES.find(({ modelTypes }) => modelTypes.includes(config.modelType as never));
    expect(family?.parseConfig(again)).toEqual(config);
    expect(saved.has("generation_config.json")).toBe(false);
  });

  test("a folder of Sentence Transformers is a model without a head, whatever class it names", async () => {
    const { open } = folder("gemma3-model");
    const modules = ["Transformer", "Pooling"].map((type, i) => ({
      type: `x.${type}`,
      path: i === 0 ? "" : "1_Pooling",
    }));
    const { model, architecture } = await open(
      { architectures: ["Gemma3ForCausalLM"] },
      { "modules.json": modules, "1_Pooling/config.json": { pooling_mode_mean_tokens: true } },
    );
    model.dispose();
    expect(architecture).toBe("Gemma3TextModel");
  });

  test("a model that writes reads from the beginning", async () => {
    const { open } = folder("gemma3-model");
    await expect(open({ architectures: ["Gemma3ForCausalLM"] })).rejects.toThrow(
      "gemma3-model/config.json: use_bidirectional_attention: expected false or null in a model that writes",
    );
  });

  test("several texts of a model without a padding token are refused", async () => {
    const all = folder("llama-classifier");
    const { model } = await all.open({ pad_token_id: null });
    const inputs = inputsOf(all);
    expect(() => model.forward(inputs)).toThrow(
      "DecoderSequenceClassificationModel.forward: expected one text of a model without a padding token, got 2",
    );
    const one = tf.slice(inputs.ids, [0, 0], [1, inputs.ids.shape[1]]);
    const { logits } = model.forward({ ids: one }) as { logits: tf.Tensor };
    const { data, shape } = all.arrays.array("output/logits");
    await expectClose(logits, { shape: [1, shape[1] ?? 0], data: data.slice(0, shape[1]) as Float32Array });
    tf.dispose([inputs, logits, one] as unknown as tf.TensorContainer);
    model.dispose();
  });

  test("gradients of the loss", async () => {
    const all = folder("gpt2-classifier");
    const { model } = await all.open();
    if (!(model instanceof DecoderSequenceClassificationModel)) throw new TypeError("expected a classifier");
    const [inputs, labels] = [inputsOf(all), all.arrays.tensor("input/labels")];
    const variables = new Map([...model.params.named()].filter((_, i) => i % 9 === 0));
    await checkGradients(() => model.loss({ ...inputs, labels }), [], { variables, step: 2 ** -6 });
    tf.dispose([inputs, labels] as tf.TensorContainer);
    model.dispose();
  });

  test("EmbeddingGemma's vectors equal those of Sentence Transformers, with its prompts", async () => {
    const folder = new URL("golden/embedding-gemma/", import.meta.url);
    const tokenizer = new URL("golden/tasks/tokenizer.json", import.meta.url);
    const names = [
      ...["config.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer_config.json"],
      ...["config_sentence_transformers.json", "1_Pooling/config.json"],
      ...["2_Dense", "3_Dense"].flatMap((dense) => [`${dense}/config.json`, `${dense}/model.safetensors`]),
    ];
    const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))]));
    files.set("tokenizer.json", new Uint8Array(readFileSync(tokenizer)));
    const { texts, cases } = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as {
      readonly texts: readonly string[];
      readonly cases: readonly { readonly name: string; readonly vectors: readonly (readonly number[])[] }[];
    };
    const pretrained = await loadPretrained(memoryFiles("embedding-gemma", files));
    const embedder = createEmbedder(pretrained);
    for (const { name, vectors } of cases) {
      const found = await embedder.embedBatch(texts, { promptName: name, onTruncated: () => undefined });
      for (const [i, vector] of found.entries()) {
        expect(vector.length).toBe(vectors[i]?.length);
        for (const [at, value] of vector.entries())
          expect(Math.abs(value - (vectors[i]?.[at] ?? NaN))).toBeLessThan(1e-5);
      }
    }
    pretrained.model.dispose();
  });

  test("tasks want a tokenizer", async () => {
    const pretrained = await folder("llama-classifier").open();
    expect(() => createTextClassifier(pretrained as never)).toThrow("llama-classifier/tokenizer.json: expected a file");
    expect(() => createEmbedder(pretrained as never)).toThrow("createEmbedder expected a model that encodes texts");
    pretrained.model.dispose();
  });
});
