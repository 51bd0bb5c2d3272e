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

test("null is what is not given, or none of the tokens", () => {
  expect(parseGenerationOptions({ num_beams: null })).toEqual({});
  const none = { eos_token_id: null, forced_eos_token_id: null, bad_words_ids: null };
  expect(parseGenerationOptions(none)).toEqual({ eosTokenId: [], forcedEosTokenId: null, badWordsIds: [] });
});

test("what has no effect is passed over", () => {
  const neutral = {
    guidance_scale: 1,
    diversity_penalty: 0.5,
    num_beam_groups: 1,
    low_memory: true,
    output_logits: true,
  };
  expect(parseGenerationOptions({ ...neutral, token_healing: false, cache_implementation: "static" })).toEqual({});
  expect(parseGenerationOptions({ penalty_alpha: 0.6, top_k: 1 })).toEqual({});
  expect(
    parseGenerationOptions({ typical_p: 0.2, min_p: 0.1, top_h: 0.5, epsilon_cutoff: 0.1, eta_cutoff: 0.1 }),
  ).toEqual({});
});

test("real options", () => {
  const options = parseGenerationOptions({
    ...{ encoder_repetition_penalty: 1.2, encoder_no_repeat_ngram_size: 3, stop_strings: "end", max_time: 5 },
    ...{ sequence_bias: [[[3, 4], -1.5]], exponential_decay_length_penalty: [4, 1.1], forced_eos_token_id: [1, 2] },
    ...{ do_sample: true, min_p: 0.1, typical_p: 0.8, epsilon_cutoff: 0.01, eta_cutoff: 0.02, top_h: 0.4 },
  });
  expect(options).toEqual({
    ...{ encoderRepetitionPenalty: 1.2, encoderNoRepeatNgramSize: 3, stopStrings: ["end"], maxTime: 5 },
    ...{
      sequenceBias: [{ ids: [3, 4], bias: -1.5 }],
      exponentialDecayLengthPenalty: [4, 1.1],
      forcedEosTokenId: [1, 2],
    },
    sampling: { topK: 50, minP: 0.1, typicalP: 0.8, epsilonCutoff: 0.01, etaCutoff: 0.02, topH: 0.4 },
  });
});

test("options lie over a file, whose foreign fields are left alone and whose faults are told by its path", () => {
  const file = (fields: object) => ({ fields: { ...fields }, path: "m/generation_config.json" });
  expect(parseGenerationOptions({ num_beams: 2 }, file({ num_beams: 4, max_length: 9, lang_to_id: {} }))).toEqual({
    ...{ numBeams: 2, maxLength: 9 },
  });
  expect(parseGenerationOptions({ num_beams: null }, file({ num_beams: 4 }))).toEqual({});
  expect(parseGenerationOptions({ guidance_scale: 1 }, file({ guidance_scale: 3 }))).toEqual({});
  // A file does not raise its own limits, nor choose what is drawn.
  expect(parseGenerationOptions({}, file({ memory_limit: 1e12, beam_limit: 1e6, seed: 3 }))).toEqual({});
  const refused = (fields: object, options = {}) => expect(() => parseGenerationOptions(options, file(fields)));
  refused({ do_sample: "true" }).toThrow(
    'm/generation_config.json: expected do_sample to be true or false, got "true"',
  );
  refused({ num_beams: "4" }).toThrow("m/generation_config.json: expected num_beams");
  refused({ num_beams: "4" }, { num_beams: "5" }).toThrow("generation options: expected num_beams");
  refused({}, { num_beam: 4 }).toThrow("generation options: expected an option that is supported, got num_beam");
});

test.each([
  [{ num_beam: 4 }, "generation options: expected an option that is supported, got num_beam"],
  [{ do_sample: "true" }, 'expected do_sample to be true or false, got "true"'],
  [{ guidance_scale: 1.5 }, "expected guidance_scale to be without effect, since it is not supported, got 1.5"],
  [{ num_beam_groups: 2, num_beams: 4 }, "expected num_beam_groups to be without effect"],
  [{ penalty_alpha: 0.6 }, "expected penalty_alpha to be without effect"],
  [{ watermarking_config: {} }, "expected watermarking_config to be without effect"],
  [{ sequence_bias: [[3, 1]] }, "expected sequence_bias to be a list of pairs, each a list of token ids and a number"],
  [{ stop_strings: [""] }, "expected stop_strings to be a text or a list of texts"],
  [{ num_beams: "4" }, 'expected num_beams to be a whole number, got "4"'],
  [{ early_stopping: "soon" }, 'expected early_stopping to be true, false or "never", got "soon"'],
  [{ bad_words_ids: [5] }, "expected bad_words_ids to be a list of lists of token ids, got [5]"],
  [{ length_penalty: "1" }, 'expected length_penalty to be a number, got "1"'],
  [[], "expected an object, got []"],
])("refuses %o", (json, message) => expect(() => parseGenerationOptions(json)).toThrow(message));
