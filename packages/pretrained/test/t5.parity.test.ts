import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, toFloat32 } from "@qkv/safetensors";
import { expectClose, expectNoLeaks, type GoldenArray } from "@qkv/testing";
import { t5, type T5Model } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type GoldenFolder, goldenFolder } from "./goldenFolder.ts";

beforeAll(() => initBackend("cpu"));

const families = [t5];

async function expectGoldenLogits(model: T5Model, { arrays }: GoldenFolder): Promise<void> {
  const input = (what: string) => arrays.tensor<tf.Rank.R2>(`input/${what}`);
  const inputs = tf.tidy(() => ({
    ...{ ids: input("ids"), attentionMask: tf.cast(input("keep"), "bool"), decoderIds: input("decoder_ids") },
  }));
  const { logits } = model.forward(inputs);
  await expectClose(logits, arrays.array("output/logits"));
  tf.dispose([logits, inputs] as tf.TensorContainer);
}

describe.each([
  ["t5", "T5ForConditionalGeneration"],
  ["t5-gated", "T5ForConditionalGeneration"],
  ["mt5", "MT5ForConditionalGeneration"],
])("%s", (name, className) => {
  const golden = goldenFolder(name);

  test("opens as Python saved it, and is saved with the same names, numbers and config", () =>
    expectNoLeaks(async () => {
      const { model, architecture, task, config } = await loadPretrained(golden.files(), { families });
      expect([architecture, task]).toEqual([className, "seq2seqLM"]);
      expect(config.tieWordEmbeddings).toBe(name !== "t5-gated");
      await expectGoldenLogits(model, golden);

      const saved = await pretrainedFiles({ model });
      model.dispose();
      const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
      expect([...tensors.keys()].sort()).toEqual([...golden.weights.keys()].sort());
      for (const [key, { data, shape }] of golden.weights) {
        const tensor = tensors.get(key);
        expect(tensor?.shape, key).toEqual(shape);
        expect(tensor && toFloat32(tensor), key).toEqual(data);
      }
      const { tie_word_embeddings: ties, ...fields } = jsonOf(saved.get("config.json"));
      expect({ ...golden.config, torch_dtype: "float32" }).toMatchObject(fields); // older releases call dtype so
      expect(fields).not.toHaveProperty("initializer_factor"); // Python wants 1.0, and 1 is what JSON would have
      expect(ties).toBe(config.tieWordEmbeddings); // Python says true, and looks at the file too
      const tokens = { pad_token_id: 0, eos_token_id: 1, decoder_start_token_id: 0 };
      expect(jsonOf(saved.get("generation_config.json"))).toEqual(tokens);

      const again = await loadPretrained(memoryFiles("again", saved));
      expect(again.config).toEqual(config);
      await expectGoldenLogits(again.model as T5Model, golden);
      again.model.dispose();
    }));
});

describe("older files", () => {
  const golden = goldenFolder("t5");
  const table = golden.weights.get("shared.weight") as GoldenArray;
  const other = { ...table, data: table.data.map((value) => value + 1) };
  const open = async (name: string, more: Parameters<GoldenFolder["files"]>[0]) => {
    const folder = goldenFolder(name);
    const { model, config } = await loadPretrained(folder.files(more), { families });
    await expectGoldenLogits(model, folder);
    model.dispose();
    return config;
  };

  test("hold copies of the table, and a bias that nobody reads", async () => {
    const names = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"];
    const arrays = {
      ...Object.fromEntries(names.map((name) => [name, table])),
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight": other,
    };
    expect(await open("t5", { arrays })).toMatchObject({ tieWordEmbeddings: true, scaleOutput: true });
  });

  test("say that the output is unscaled by tie_word_embeddings", async () => {
    const config = { tie_word_embeddings: false, scale_decoder_outputs: undefined, is_gated_act: undefined };
    expect(await open("t5-gated", { config })).toMatchObject({ tieWordEmbeddings: false, scaleOutput: false });
  });

  test("are tied without an output layer, whatever tie_word_embeddings is, as in Python", async () => {
    const config = { tie_word_embeddings: false };
    expect(await open("t5", { config })).toMatchObject({ tieWordEmbeddings: true, scaleOutput: true });
  });

  test("with a table of its own for a side are refused", async () => {
    const files = golden.files({ arrays: { "decoder.embed_tokens.weight": other } });
    await expect(loadPretrained(files, { families })).rejects.toThrow(
      "t5/model.safetensors: decoder.embed_tokens.weight: expected a copy of shared.weight, got other numbers",
    );
  });
});

function jsonOf(bytes: Uint8Array | undefined): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}
