import { checkRecord, describeArgument } from "../checks/argumentChecks.ts";
import { checkMaxSteps } from "../checks/budget.ts";
import { configuredTokenizer } from "./configuredTokenizer.ts";
import type { TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { fromMarian, type MarianFiles } from "../formats/fromMarian.ts";
import { fromM2m100 } from "../formats/fromM2m100.ts";
import { fromSentencePiece } from "../formats/fromSentencePiece.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { Json, parseJson } from "../json/configValue.ts";
import { isBare, olderBpe, olderSentencePiece, olderWordPiece } from "./olderFiles.ts";
import { readSideFiles } from "./sideFiles.ts";
import { siglipTokenizer } from "./siglipTokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { parseTokenizer } from "../tokenizer/parseTokenizerJson.ts";

const [FILE, CONFIG] = ["tokenizer.json", "tokenizer_config.json"];

/** Reads the bytes of a model's file, or undefined if there is none of this name. */
export type ReadTokenizerFile = (name: string) => Promise<Uint8Array | undefined>;

/** The names of SentencePiece files; each class reads one of them. */
const SENTENCEPIECE_FILES = ["spiece.model", "sentencepiece.bpe.model", "spm.model", "tokenizer.model"];

type ReadText = (name: string) => Promise<string | undefined>;

/**
 * Opens the tokenizer of a model's files, in any of these forms: `tokenizer.json`; `source.spm` with `vocab.json`;
 * `vocab.json` with `merges.txt` or M2M100's `sentencepiece.bpe.model`; `vocab.txt`; `spiece.model`,
 * `sentencepiece.bpe.model`, `spm.model` or `tokenizer.model`. Undefined if there are none.
 *
 * Ids are those of Hugging Face's AutoTokenizer. Files beside these count as there: `tokenizer_config.json`,
 * `special_tokens_map.json`, `added_tokens.json`, and the `model_type` of `config.json`, which decides a tokenizer's class
 * if no other file does.
 *
 * @throws TokenizerError naming the file that cannot be used, or the unknown class or field; RangeError if
 *   `maxSteps` is no number above 0
 */
export async function openTokenizer(
  read: ReadTokenizerFile,
  options: TokenizerOptions = {},
): Promise<Tokenizer | undefined> {
  if (typeof read !== "function")
    throw new TypeError(
      `openTokenizer: expected a function that reads a file by its name, got ${describeArgument(read)}`,
    );
  checkRecord("openTokenizer", "options", options);
  checkMaxSteps(options.maxSteps);
  const text: ReadText = async (name) => {
    const bytes = await read(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const whole = await text(FILE);
  let spm: Uint8Array | undefined;
  if (whole !== undefined) {
    const json = new Json(parseTokenizer(whole), FILE);
    const side = await readSideFiles(text, { json, isByteLevel: whole.includes('"ByteLevel"') });
    if (side.tokenizerClass === "MarianTokenizer") spm = await read("source.spm");
    const pieces = side.tokenizerClass === "SiglipTokenizer" ? await read("spiece.model") : undefined;
    if (pieces !== undefined) return named("spiece.model", () => siglipTokenizer(pieces, side, options));
    if (spm === undefined) return configuredTokenizer(json, side, true, options);
  } else {
    spm = await read("source.spm");
  }
  if (spm !== undefined) return openMarian(spm, read, text, options);
  return openOlder(read, text, options);
}

async function openOlder(
  read: ReadTokenizerFile,
  text: ReadText,
  options: TokenizerOptions,
): Promise<Tokenizer | undefined> {
  const vocab = await text("vocab.json");
  if (vocab !== undefined) {
    const bpeModel = await read("sentencepiece.bpe.model");
    if (bpeModel !== undefined && (await readSideFiles(text)).tokenizerClass === "M2M100Tokenizer") {
      const config = await text(CONFIG);
      return named("vocab.json", () => fromM2m100({ spm: bpeModel, vocab, config: config ?? {} }, options));
    }
    const merges = await text("merges.txt");
    if (merges === undefined) {
      throw new TokenizerError("source.spm: expected it or merges.txt beside vocab.json, got neither");
    }
    const side = await readSideFiles(text);
    return named("merges.txt", () => olderBpe(vocab, merges, side, options));
  }
  const words = await text("vocab.txt");
  if (words !== undefined) {
    const side = await readSideFiles(text);
    return named("vocab.txt", () => olderWordPiece(words, side, options));
  }
  for (const name of SENTENCEPIECE_FILES) {
    const model = await read(name);
    if (model === undefined) continue;
    const side = await readSideFiles(text);
    // Without a file that names a class, text is segmented as in SentencePiece.
    if (side.tokenizerClass === "SiglipTokenizer") return named(name, () => siglipTokenizer(model, side, options));
    const isAlone = isBare(side) && Object.keys(side.config.object()).length === 0;
    return named(name, () =>
      isAlone ? fromSentencePiece(model, options) : olderSentencePiece(name, model, side, options),
    );
  }
  return undefined;
}

async function openMarian(
  spm: Uint8Array,
  read: ReadTokenizerFile,
  text: ReadText,
  options: TokenizerOptions,
): Promise<Tokenizer> {
  const vocab = await text("vocab.json");
  if (vocab === undefined) throw new TokenizerError("vocab.json: expected a file beside source.spm, got nothing");
  const target = await targetFiles(read, text);
  return named("source.spm", () => fromMarian({ spm, vocab, ...(target && { target }) }, options));
}

/** Reads the target's files of a Marian model with `separate_vocabs` in its configuration. */
async function targetFiles(read: ReadTokenizerFile, text: ReadText): Promise<MarianFiles | undefined> {
  const config = new Json(parseJson((await text(CONFIG)) ?? "{}", CONFIG), CONFIG);
  if (!config.at("separate_vocabs").booleanOr(false)) return undefined;
  const needed = <T>(name: string, file: T | undefined): T => {
    if (file !== undefined) return file;
    throw new TokenizerError(`${name}: expected a file, as separate_vocabs in ${CONFIG} is true, got nothing`);
  };
  return {
    spm: needed("target.spm", await read("target.spm")),
    vocab: needed("target_vocab.json", await text("target_vocab.json")),
  };
}

function named<T>(name: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const isNamed = error instanceof TokenizerError && !error.message.startsWith(FILE) && NAMED.test(error.message);
    if (isNamed) throw error;
    throw new TokenizerError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The beginning of a message that names a file. */
const NAMED = /^[a-z_]+\.(?:json|txt|model|spm)\b/;
