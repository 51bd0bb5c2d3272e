import { checkRecord } from "@qkv/ops";
import { type GenerationOptions, parseGenerationOptions, type Seq2SeqModel } from "@qkv/transformer";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { type Direction, expectLanguage } from "../../loading/direction.ts";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { languageCode } from "./languageCodes.ts";
import { type LanguagePair, type PairedTokenizer, pairByPrompt, pairByTokens } from "./languagePair.ts";
import { MissingLanguageError } from "./missingLanguageError.ts";
import { type TranslationTokenizer, translationTokenizer } from "./translationTokenizer.ts";
import { isBias, Translator, type TranslatorOptions } from "./translator.ts";

/** Options of {@link createTranslator}. */
export interface CreateTranslatorOptions extends Partial<TranslatorOptions>, LanguagePair {}

/**
 * Makes a translator of an opened model, which stays the caller's: Marian's, and those that translate between many languages, as
 * mBART, M2M100 and NLLB name them by special tokens, and T5 in words before a text. It uses the model's
 * `generation_config.json`: greedy search if that has no `num_beams`; a `name_bias` there, which is QKV's own, is `nameBias`.
 *
 * @param options `to` is the target language, as a tag such as `fr` or as the model names it; a model of one language accepts
 *   no other. `languageCode` is the same of a Marian model
 * @throws PretrainedError if the model is no translation model, has no tokenizer, or does not support a language
 */
export function createTranslator(pretrained: Pretrained, options: CreateTranslatorOptions = {}): Translator {
  checkPretrained("createTranslator", pretrained);
  checkRecord("createTranslator", "options", options);
  const { name, modelType, task, tokenizer, config, generationConfig } = pretrained;
  const refusal = () => new PretrainedError(`${name}/config.json: expected a model that translates, got ${modelType}`);
  if (task !== "seq2seqLM") throw refusal();
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const { from, to, ...given } = options;
  const generation = searchOf(`${name}/generation_config.json`, generationConfig);
  const { maxPositions = MOST_TOKENS } = config as { readonly maxPositions?: number };
  const model = pretrained.model as Seq2SeqModel;
  if (modelType === "marian") {
    const texts = translationTokenizer(tokenizer);
    const { languageCode: language = to, ...others } = given;
    if (from !== undefined && pretrained.direction !== undefined) {
      within(name, () => expectLanguage("translates from", from, (pretrained.direction as Direction).from));
    }
    const target = to ?? pretrained.direction?.to;
    const code = language === undefined ? undefined : codeOf(pretrained, language, texts);
    return new Translator(model, texts, {
      maxPositions,
      ...(from !== undefined && { locale: from }),
      ...(target !== undefined && { targetLocale: target }),
      ...nameBiasOf(pretrained),
      ...others,
      ...(code !== undefined && { languageCode: code }),
      generation: { ...generation, ...options.generation },
    });
  }
  const pair = within(name, () => {
    const starts = [generationConfig["forced_bos_token_id"], generationConfig["decoder_start_token_id"]];
    const byTokens = pairByTokens(tokenizer, { from, to }, starts);
    return byTokens ?? (TOLD_IN_WORDS.includes(modelType) ? pairInWords(pretrained, { from, to }) : undefined);
  });
  if (pair === undefined) throw refusal();
  return new Translator(model, pair.tokenizer, {
    maxPositions,
    ...(pair.locale !== undefined && { locale: pair.locale }),
    ...(pair.targetLocale !== undefined && { targetLocale: pair.targetLocale }),
    ...nameBiasOf(pretrained),
    ...given,
    generation: { ...generation, ...pair.generation, ...options.generation },
  });
}

/** The types that are told in words what to do. */
const TOLD_IN_WORDS: readonly string[] = ["t5", "mt5"];

/** The most tokens of a sentence of a model without a limit: as many as T5 was trained with. */
const MOST_TOKENS = 512;

/** The words before a text and the search, as `task_specific_params` of `config.json` has them for a pair of languages. */
function pairInWords(
  { name, tokenizer, taskParams = {} }: Pretrained,
  { from, to }: LanguagePair,
): PairedTokenizer | undefined {
  const known = Object.keys(taskParams).flatMap(
    (task) => /^translation_(.+)_to_(.+)$/.exec(task)?.slice(1, 3).join("-") ?? [],
  );
  if (known.length === 0 || tokenizer === undefined) return undefined;
  const { prefix, ...fields } = taskParams[`translation_${from}_to_${to}`] ?? {};
  if (from === undefined || to === undefined || typeof prefix !== "string") {
    const got = `${from ?? "nothing"} and ${to ?? "nothing"}`;
    const Reason = from === undefined || to === undefined ? MissingLanguageError : RangeError;
    throw new Reason(`expected from and to of the pairs that the model translates (${known.join(", ")}), got ${got}`);
  }
  const path = `${name}/config.json: task_specific_params.translation_${from}_to_${to}`;
  return {
    tokenizer: pairByPrompt(tokenizer, prefix),
    generation: searchOf(path, fields),
    locale: from,
    targetLocale: to,
  };
}

/** The bias towards names that a model of one's own was measured with. */
function nameBiasOf({ name, generationConfig: { name_bias: nameBias } }: Pretrained): { nameBias?: number } {
  if (nameBias === undefined || nameBias === null) return {};
  if (isBias(nameBias)) return { nameBias };
  const got = JSON.stringify(nameBias);
  throw new PretrainedError(`${name}/generation_config.json: expected name_bias to be 0 or more, got ${got}`);
}

/** The code of a language; undefined if it is the only one that the model translates to. */
function codeOf(
  { name, direction }: Pretrained,
  language: string,
  { languageCodes = [] }: TranslationTokenizer,
): string | undefined {
  return within(name, () => {
    if (languageCodes.length > 0 || direction === undefined) return languageCode(language, languageCodes);
    expectLanguage("translates to", language, direction.to);
    return undefined;
  });
}

/** What `work` gives; its failure as one of the model. */
function within<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof PretrainedError ? error : errorIn(name, error);
  }
}

function searchOf(path: string, fields: Readonly<Record<string, unknown>>): GenerationOptions {
  try {
    return parseGenerationOptions({}, { fields, path });
  } catch (error) {
    throw new PretrainedError((error as Error).message, { cause: error });
  }
}
