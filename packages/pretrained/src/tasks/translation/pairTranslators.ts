import { checkList } from "../../loading/argumentChecks.ts";
import { checkRecord, describeArgument } from "@qkv/ops";
import type { Pretrained } from "../../loading/pretrained.ts";
import { createTranslator } from "./createTranslator.ts";
import { MissingLanguageError } from "./missingLanguageError.ts";
import type { TranslateOptions, Translation, Translator } from "./translator.ts";

/** Languages by the names that Hugging Face's translation pipelines give their options. */
export interface TranslationLanguages {
  /** The source language: a tag such as `en`, or the model's own name for it, such as `eng_Latn`. */
  readonly srcLang?: string | undefined;
  /** The target language, likewise. */
  readonly tgtLang?: string | undefined;
}

/** Options of a translation by a pipeline: its languages, over those of the pipeline. */
export interface TranslatePairOptions extends TranslateOptions, TranslationLanguages {}

/** The translators of a model by their languages, each made when it is first asked for. */
export class PairTranslators {
  readonly #pretrained: Pretrained;
  readonly #languages: TranslationLanguages;
  readonly #made = new Map<string, Translator>();

  /**
   * @param languages those of calls that name none
   * @throws PretrainedError if the model does not translate, or does not have a language
   */
  constructor(pretrained: Pretrained, languages: TranslationLanguages = {}) {
    checkLanguages("pipeline", languages);
    this.#pretrained = pretrained;
    this.#languages = languages;
    try {
      this.of();
    } catch (error) {
      const waitsForCall = (error as Error).cause instanceof MissingLanguageError;
      if (!waitsForCall) throw error;
    }
  }

  /** The translator between two languages. @throws PretrainedError if the model lacks one, or one has to be named */
  of(languages: TranslationLanguages = {}): Translator {
    checkLanguages("of", languages);
    const from = languages.srcLang ?? this.#languages.srcLang;
    const to = languages.tgtLang ?? this.#languages.tgtLang;
    const key = JSON.stringify([from, to]);
    const made = this.#made.get(key) ?? createTranslator(this.#pretrained, { from, to });
    this.#made.set(key, made);
    return made;
  }

  /** Translates a text of any length. @throws the signal's reason if it is aborted */
  async translate(text: string, options: TranslatePairOptions = {}): Promise<Translation> {
    checkRecord("translate", "options", options);
    const { srcLang, tgtLang, ...others } = options;
    return this.of({ srcLang, tgtLang }).translate(text, others);
  }

  /** Translates many texts between the same languages at once. */
  async translateBatch(texts: readonly string[], options: TranslatePairOptions = {}): Promise<Translation[]> {
    checkRecord("translateBatch", "options", options);
    checkList("translateBatch", "texts", texts);
    const { srcLang, tgtLang, ...others } = options;
    return this.of({ srcLang, tgtLang }).translateBatch(texts, others);
  }
}

function checkLanguages(who: string, languages: TranslationLanguages): void {
  checkRecord(who, "languages", languages);
  for (const name of ["srcLang", "tgtLang"] as const) {
    const value: unknown = languages[name];
    if (value === undefined || (typeof value === "string" && value !== "")) continue;
    const got = value === "" ? "an empty string" : describeArgument(value);
    throw new RangeError(`${who}: expected ${name} to be a language, got ${got}`);
  }
}
