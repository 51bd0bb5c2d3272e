import { describeArgument } from "@qkv/ops";
import type { ModelFiles, ReadOptions } from "../files/modelFiles.ts";
import { pathOf, readOptionalJson } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** The characters of a model of connectionist temporal classification: `Wav2Vec2CTCTokenizer` of transformers. */
export interface CtcVocabulary {
  /** By id. */
  readonly tokens: ReadonlyMap<number, string>;
  /** The token of nothing, between characters. */
  readonly blank: string;
  /** Stands for an id that no token has. */
  readonly unknown: string;
  /** The token between words, if there is one. */
  readonly delimiter?: string;
  /** What is written for it. */
  readonly space: string;
  readonly isLowerCase: boolean;
  /** Whether spaces before punctuation are removed. */
  readonly cleansSpaces: boolean;
}

/**
 * Reads a `vocab.json` and the settings beside it in `tokenizer_config.json`; undefined if there is none.
 *
 * @throws PretrainedError naming the file and the field
 */
export async function readCtcVocabulary(files: ModelFiles, options: ReadOptions): Promise<CtcVocabulary | undefined> {
  const vocabulary = await readOptionalJson(files, "vocab.json", options);
  if (vocabulary === undefined) return undefined;
  const settings = (await readOptionalJson(files, "tokenizer_config.json", options)) ?? {};
  const special = (await readOptionalJson(files, "special_tokens_map.json", options)) ?? {};
  const added = (await readOptionalJson(files, "added_tokens.json", options)) ?? {};
  return parseCtcVocabulary(pathOf(files, ""), vocabulary, { ...special, ...settings }, added);
}

/** Reads the contents of those files. @param folder what the names of files begin with in messages */
export function parseCtcVocabulary(
  folder: string,
  vocabulary: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
  added: Readonly<Record<string, unknown>> = {},
): CtcVocabulary {
  const language = settings["target_lang"] ?? undefined;
  if (language !== undefined) {
    throw new PretrainedError(
      `${folder}tokenizer_config.json: expected target_lang to be null, got ${JSON.stringify(language)}: vocabularies of several languages are not supported`,
    );
  }
  const tokens = new Map<number, string>();
  for (const [file, entries] of Object.entries({ "added_tokens.json": added, "vocab.json": vocabulary })) {
    for (const [token, id] of Object.entries(entries)) {
      if (!Number.isSafeInteger(id) || (id as number) < 0) {
        throw new PretrainedError(
          `${folder}${file}: expected the id of ${JSON.stringify(token)}, got ${JSON.stringify(id).slice(0, 80)}`,
        );
      }
      tokens.set(id as number, token);
    }
  }
  const text = (name: string, fallback: string): string => {
    const value = settings[name] === undefined ? fallback : settings[name];
    const content = typeof value === "object" && value !== null ? (value as { content?: unknown }).content : value;
    if (typeof content === "string") return content;
    throw new PretrainedError(
      `${folder}tokenizer_config.json: expected ${name} to be a token, got ${JSON.stringify(value)}`,
    );
  };
  const flag = (name: string): boolean => {
    const value = settings[name] ?? false;
    if (typeof value === "boolean") return value;
    throw new PretrainedError(
      `${folder}tokenizer_config.json: expected ${name} to be true or false, got ${JSON.stringify(value)}`,
    );
  };
  return {
    tokens,
    blank: text("pad_token", "<pad>"),
    unknown: text("unk_token", "<unk>"),
    ...(settings["word_delimiter_token"] !== null && { delimiter: text("word_delimiter_token", "|") }),
    space: text("replace_word_delimiter_char", " "),
    isLowerCase: flag("do_lower_case"),
    cleansSpaces: flag("clean_up_tokenization_spaces"),
  };
}

/** Refuses what is no vocabulary. */
export function checkCtcVocabulary(who: string, vocabulary: CtcVocabulary): void {
  if ((vocabulary as Partial<CtcVocabulary> | undefined)?.tokens instanceof Map) return;
  throw new RangeError(`${who}: expected the ctcVocabulary of an opened model, got ${describeArgument(vocabulary)}`);
}

/** Formats a vocabulary as the files that {@link readCtcVocabulary} and transformers' `Wav2Vec2CTCTokenizer` read. */
export function formatCtcVocabulary(vocabulary: CtcVocabulary): Readonly<Record<string, Record<string, unknown>>> {
  const { tokens, blank, unknown, delimiter = null, space, isLowerCase, cleansSpaces } = vocabulary;
  return {
    "vocab.json": Object.fromEntries([...tokens].toSorted(([a], [b]) => a - b).map(([id, token]) => [token, id])),
    "tokenizer_config.json": {
      tokenizer_class: "Wav2Vec2CTCTokenizer",
      pad_token: blank,
      unk_token: unknown,
      word_delimiter_token: delimiter,
      replace_word_delimiter_char: space,
      do_lower_case: isLowerCase,
      clean_up_tokenization_spaces: cleansSpaces,
    },
  };
}
