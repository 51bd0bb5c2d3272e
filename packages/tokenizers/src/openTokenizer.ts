import { fromMarian, type MarianFiles } from "./fromMarian.ts";
import { fromSentencePiece } from "./fromSentencePiece.ts";
import { fromVocabAndMerges } from "./fromVocabAndMerges.ts";
import { fromVocabTxt } from "./fromVocabTxt.ts";
import { beginAndEnd, fromLlama } from "./fromLlama.ts";
import { Tokenizer } from "./everyTokenizer.ts";
import { Json, parseJson } from "./json.ts";
import { expectUnderstood, namedToken, readSideFiles, type SideFiles } from "./sideFiles.ts";
import { TokenizerError } from "./tokenizerError.ts";

const CONFIG = "tokenizer_config.json";

/** The bytes of a model's file, or undefined if there is none of this name. */
export type ReadTokenizerFile = (name: string) => Promise<Uint8Array | undefined>;

/**
 * The tokenizer of a model's files, whichever form they have: `tokenizer.json`; `source.spm` with `vocab.json`;
 * `vocab.json` with `merges.txt`; `vocab.txt`; `spiece.model` or `tokenizer.model`. Undefined if there are none.
 *
 * What stands beside a vocabulary counts as for Hugging Face's AutoTokenizer (`tokenizer_config.json`, `added_tokens.json`,
 * `special_tokens_map.json`), for GPT-2's, RoBERTa's, BERT's, Llama's and Marian's classes.
 *
 * @throws TokenizerError naming the file that cannot be used, or the class or field that is not known
 */
export async function openTokenizer(read: ReadTokenizerFile): Promise<Tokenizer | undefined> {
  const text = async (name: string): Promise<string | undefined> => {
    const bytes = await read(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const json = await text("tokenizer.json");
  if (json !== undefined) return Tokenizer.fromJSON(json);

  const vocab = await text("vocab.json");
  const spm = await read("source.spm");
  if (spm !== undefined) {
    if (vocab === undefined) throw new TokenizerError("vocab.json: expected a file beside source.spm, got nothing");
    const target = await targetFiles(read, text);
    return named("source.spm", () => fromMarian({ spm, vocab, ...(target && { target }) }));
  }
  if (vocab !== undefined) {
    const merges = await text("merges.txt");
    if (merges === undefined) {
      throw new TokenizerError("source.spm: expected it or merges.txt beside vocab.json, got neither");
    }
    const side = await readSideFiles(text);
    return named("merges.txt", () => openVocabAndMerges(vocab, merges, side));
  }
  const words = await text("vocab.txt");
  if (words !== undefined) {
    const side = await readSideFiles(text);
    return named("vocab.txt", () => openVocabTxt(words, side));
  }
  for (const name of ["spiece.model", "tokenizer.model"]) {
    const model = await read(name);
    if (model === undefined) continue;
    const side = await readSideFiles(text, false);
    // Without a class nobody has said how a program is to go about these pieces: they are cut as SentencePiece does.
    const isPlain = side.tokenizerClass === undefined;
    return named(name, () => (isPlain ? fromSentencePiece(model) : fromLlama(model, side)));
  }
  return undefined;
}

/** The target's files of a Marian model whose configuration says `separate_vocabs`. */
async function targetFiles(
  read: ReadTokenizerFile,
  text: (name: string) => Promise<string | undefined>,
): Promise<MarianFiles | undefined> {
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

function openVocabAndMerges(vocab: string, merges: string, side: SideFiles): Tokenizer {
  const { config, added } = side;
  expectUnderstood(side, ["GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer"], {
    errors: ["replace"],
    split_special_tokens: [false],
  });
  const parsed = new Json(parseJson(vocab, "vocab.json"), "vocab.json").object();
  const ids = new Map(Object.entries(parsed) as [string, number][]);
  let next = ids.size;
  for (const { content } of added) if (!ids.has(content)) ids.set(content, next++);
  const fallback = { bos: "<|endoftext|>", eos: "<|endoftext|>" };
  return fromVocabAndMerges({
    vocab: parsed,
    merges,
    addPrefixSpace: config.at("add_prefix_space").booleanOr(false),
    added,
    postProcessor: beginAndEnd(side, ids, fallback),
  });
}

function openVocabTxt(words: string, side: SideFiles): Tokenizer {
  const { config, added } = side;
  expectUnderstood(side, ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"], {
    do_basic_tokenize: [true],
    never_split: [null, []],
    split_special_tokens: [false],
  });
  return fromVocabTxt(words, {
    lowercase: config.at("do_lower_case").booleanOr(true),
    stripAccents: config.at("strip_accents").or<boolean | null>(null, (json) => json.boolean()),
    chineseChars: config.at("tokenize_chinese_chars").booleanOr(true),
    special: Object.fromEntries(
      ["pad", "unk", "cls", "sep", "mask"].flatMap((name) => {
        const token = namedToken(side, `${name}_token`);
        return token === undefined ? [] : [[name, token]];
      }),
    ),
    added,
  });
}

function named<T>(name: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof TokenizerError && error.message.startsWith(name)) throw error;
    throw new TokenizerError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
