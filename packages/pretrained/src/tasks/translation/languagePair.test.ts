import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { templateProcessing, Tokenizer } from "@qkv/tokenizers";
import { bart, t5 } from "@qkv/transformer";
import { beforeAll, expect, test } from "vitest";
import type { Pretrained } from "../../loading/pretrained.ts";
import { createTranslator } from "./createTranslator.ts";
import { pairByTokens } from "./languagePair.ts";
import { languageToken, languageTokensOf } from "./languageTokens.ts";

const WORDS = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "▁dog", "ab_CD"];

/** A tokenizer with special tokens of languages, that of the first beside each text. */
function tokenizerOf(languages: readonly string[], place: "first" | "last"): Tokenizer {
  const [language] = languages;
  const specialTokens = { "</s>": 2, ...(language !== undefined && { [language]: WORDS.length }) };
  const around = place === "first" ? [language, "$A", "</s>"] : ["$A", "</s>", language];
  const template = around.filter((part) => part !== undefined).join(" ");
  return Tokenizer.fromJSON({
    added_tokens: [
      ...["<s>", "<pad>", "</s>"].map((content, id) => ({ id, content, special: true })),
      ...languages.map((content, i) => ({ id: WORDS.length + i, content, special: true })),
    ],
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: templateProcessing({ single: template, specialTokens }),
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries([...WORDS, ...languages].map((word, id) => [word, id])),
      unk_token: "<unk>",
    },
  });
}

const MBART = ["en_XX", "fr_XX", "zh_CN", "pt_XX"];
const NLLB = ["eng_Latn", "fra_Latn", "arb_Arab", "zho_Hans", "zho_Hant", "srp_Cyrl"];
const M2M = ["__en__", "__fr__", "__zh__"];

beforeAll(() => initBackend("cpu"));

test("the languages of a vocabulary are its special tokens", () => {
  const ids = languageTokensOf(tokenizerOf(MBART, "last"));
  expect([...ids]).toEqual([
    ["en_XX", 7],
    ["fr_XX", 8],
    ["zh_CN", 9],
    ["pt_XX", 10],
  ]); // and no ab_CD, which is a word
});

test.each([
  ["fr", MBART, "fr_XX"],
  ["fr_XX", MBART, "fr_XX"],
  ["fra", MBART, "fr_XX"],
  ["pt-BR", MBART, "pt_XX"],
  ["zh", MBART, "zh_CN"],
  ["fr", NLLB, "fra_Latn"],
  ["en-GB", NLLB, "eng_Latn"],
  ["ar", NLLB, "arb_Arab"],
  ["zh", NLLB, "zho_Hans"],
  ["zh-TW", NLLB, "zho_Hant"],
  ["fr", M2M, "__fr__"],
])("%s is one of %j", (language, tokens, expected) => {
  expect(languageToken(language, new Map(tokens.map((token, i) => [token, i])), "translates to")).toBe(expected);
});

test.each(["de", "sr-Latn", "not a language", ""])("%j is refused with those that are there", (language) => {
  const tokens = new Map(NLLB.map((token, i) => [token, i]));
  const message = `expected a language that the model translates to (eng_Latn, fra_Latn, arb_Arab, zho_Hans, zho_Hant, srp_Cyrl), got ${language}`;
  expect(() => languageToken(language, tokens, "translates to")).toThrow(message);
});

test.each(["first", "last"] as const)("the source's token stands where the tokenizer has one, %s", (place) => {
  const pair = pairByTokens(tokenizerOf(MBART, place), { from: "fr", to: "zh" }, []);
  expect(pair?.tokenizer.encode("a dog").ids).toEqual(place === "first" ? [8, 4, 5, 2] : [4, 5, 2, 8]);
  expect(pair?.tokenizer.decode([9, 5, 2])).toEqual({ text: "dog", tokens: ["zh_CN", "▁dog", "</s>"] });
  expect(pair?.generation).toEqual({ forcedBosTokenId: 9 });
  expect(pair?.locale).toBe("fr");
});

test("a target may be missing where the model's files begin with one, and nowhere else", () => {
  const tokenizer = tokenizerOf(MBART, "last");
  expect(pairByTokens(tokenizer, {}, [undefined, 8])?.generation).toEqual({});
  expect(pairByTokens(tokenizer, {}, [8])?.tokenizer.encode("a").ids).toEqual([4, 2, 7]);
  expect(() => pairByTokens(tokenizer, { from: "fr" }, [2])).toThrow(
    "expected to, a language that the model translates to (en_XX, fr_XX, zh_CN, pt_XX), got nothing",
  );
  expect(pairByTokens(tokenizerOf([], "first"), {}, [])).toBeUndefined();
});

function pretrainedOf(model: object & { readonly config: object }, more: object): Pretrained {
  return { name: "here", task: "seq2seqLM", model, config: model.config, generationConfig: {}, ...more } as never;
}

test("a translation of mBART begins with the target's token", async () => {
  const tokenizer = tokenizerOf(MBART, "last");
  const sizes = { d_model: 4, encoder_layers: 1, encoder_attention_heads: 1, encoder_ffn_dim: 4 };
  const more = { decoder_layers: 1, decoder_attention_heads: 1, decoder_ffn_dim: 4, vocab_size: 11 };
  using model = bart.build(Params.initialized(1), bart.parseConfig({ model_type: "mbart", ...sizes, ...more }));
  const pretrained = pretrainedOf(model, {
    modelType: "mbart",
    architecture: "MBartForConditionalGeneration",
    tokenizer,
  });
  const biased = { ...(pretrained as object), generationConfig: { name_bias: 2 } } as never;
  expect(createTranslator(biased, { from: "fr", to: "pt" }).options.nameBias).toBe(2);
  const { sentences } = await createTranslator(pretrained, { from: "fr", to: "pt" }).translate("a dog", {
    maxNewTokens: 3,
  });
  expect(sentences[0]?.source.ids).toEqual([4, 5, 2, 8]);
  expect(sentences[0]?.target.ids[0]).toBe(10);
  expect(() => createTranslator(pretrained, { to: "de" })).toThrow(
    /^here: expected a language that the model translates to \(en_XX/,
  );
});

test("T5 is told the languages in the words of its config", () => {
  const config = { model_type: "t5", vocab_size: 11, d_model: 4, d_kv: 2, num_heads: 2, d_ff: 4, num_layers: 1 };
  using model = t5.build(Params.initialized(1), t5.parseConfig(config));
  const taskParams = { translation_en_to_fr: { prefix: "a ", num_beams: 4 } };
  const tokenizer = tokenizerOf([], "first");
  const pretrained = pretrainedOf(model, { modelType: "t5", architecture: "T5", tokenizer, taskParams });
  const { tokenizer: texts, options } = createTranslator(pretrained, { from: "en", to: "fr" });
  expect(texts.encode("dog").tokens.slice(0, 2)).toEqual(["▁a", "▁dog"]);
  expect(options.generation?.numBeams).toBe(4);
  expect(() => createTranslator(pretrained, { from: "en", to: "de" })).toThrow(
    "here: expected from and to of the pairs that the model translates (en-fr), got en and de",
  );
  const silent = pretrainedOf(model, { modelType: "t5", architecture: "T5", tokenizer });
  expect(() => createTranslator(silent)).toThrow("here/config.json: expected a model that translates, got t5");
});
