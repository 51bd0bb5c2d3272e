import { expect, test } from "vitest";
import { parseGenerationOptions } from "./parseGenerationOptions.ts";

test("reads the generation_config.json of an OPUS-MT model", () => {
  // https://huggingface.co/Helsinki-NLP/opus-mt-en-fr/blob/main/generation_config.json
  const options = parseGenerationOptions({
    _from_model_config: true,
    bad_words_ids: [[59513]],
    bos_token_id: 0,
    decoder_start_token_id: 59513,
    eos_token_id: 0,
    forced_eos_token_id: 0,
    max_length: 512,
    num_beams: 4,
    pad_token_id: 59513,
    renormalize_logits: true,
    transformers_version: "4.32.0.dev0",
  });
  expect(options).toEqual({
    badWordsIds: [[59513]],
    decoderStartTokenId: 59513,
    eosTokenId: 0,
    forcedEosTokenId: 0,
    maxLength: 512,
    numBeams: 4,
    renormalizeLogits: true,
  });
});

test("sampling only where it is asked for, with Hugging Face's 50 tokens", () => {
  expect(parseGenerationOptions({ temperature: 0.5, top_p: 0.9 })).toEqual({});
  expect(parseGenerationOptions({ do_sample: true, temperature: 0.5 })).toEqual({
    sampling: { temperature: 0.5, topK: 50 },
  });
  expect(parseGenerationOptions({ do_sample: true, top_k: 0, seed: 7 })).toEqual({ sampling: { topK: 0, seed: 7 } });
});

test("null is what is not given", () => expect(parseGenerationOptions({ num_beams: null })).toEqual({}));

test.each([
  [{ diversity_penalty: 0.5 }, "expected an option that is supported, got diversity_penalty"],
  [{ num_beams: "4" }, 'expected num_beams to be a whole number, got "4"'],
  [{ early_stopping: "soon" }, 'expected early_stopping to be true, false or "never", got "soon"'],
  [{ bad_words_ids: [5] }, "expected bad_words_ids to be a list of token ids, got 5"],
  [{ length_penalty: "1" }, 'expected length_penalty to be a number, got "1"'],
  [[], "expected an object, got []"],
])("refuses %o", (json, message) => expect(() => parseGenerationOptions(json)).toThrow(message));
