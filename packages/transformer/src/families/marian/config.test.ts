import { describe, expect, test } from "vitest";
import { marian } from "./index.ts";

const JSON_CONFIG = {
  model_type: "marian",
  vocab_size: 29,
  d_model: 12,
  encoder_layers: 2,
  encoder_attention_heads: 3,
  decoder_attention_heads: 2,
  activation_function: "swish",
  pad_token_id: 28,
  decoder_start_token_id: 28,
  bad_words_ids: [[28]],
};

describe("marian", () => {
  test("reads what is there and takes transformers' defaults for the rest", () => {
    const config = marian.parseConfig(JSON_CONFIG);
    expect(config).toMatchObject({
      vocabSize: 29,
      decoderVocabSize: 29,
      dModel: 12,
      encoderHeads: 3,
      activation: "silu",
    });
    expect(config).toMatchObject({ decoderLayers: 12, decoderFfnDim: 4096, scaleEmbedding: false, eosTokenId: 0 });
    expect(config.badWordsIds).toEqual([[28]]);
  });

  test("reads back what marian writes", () => {
    const { badWordsIds: _, ...config } = marian.parseConfig(JSON_CONFIG); // generation_config.json has those
    expect(marian.parseConfig(marian.formatConfig(config))).toEqual(config);
  });

  test.each([
    ["another architecture", { model_type: "bert" }, 'expected model_type to be "marian", got "bert"'],
    ["a missing size", { vocab_size: undefined }, "expected vocab_size to be a whole number, got nothing"],
    ["a size that is none", { d_model: "12" }, 'expected d_model to be a whole number, got "12"'],
    ["an unknown activation", { activation_function: "softmax" }, "expected activation_function to be one of relu"],
    ["a rate above 1", { dropout: 10 }, "expected dropout to be a number in [0, 1), got 10"],
    ["heads that do not divide the width", { encoder_attention_heads: 5 }, "encoder_attention_heads"],
  ])("refuses %s by the field's name", (_, changes, message) => {
    expect(() => marian.parseConfig({ ...JSON_CONFIG, ...changes })).toThrow(message);
  });

  test.each([null, [], "marian", 3])("refuses %j, which is no object", (json) => {
    expect(() => marian.parseConfig(json)).toThrow("config.json: expected an object");
  });
});
