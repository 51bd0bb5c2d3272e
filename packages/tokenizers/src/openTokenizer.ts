import { fromMarian } from "./fromMarian.ts";
import { fromSentencePiece } from "./fromSentencePiece.ts";
import { fromVocabAndMerges } from "./fromVocabAndMerges.ts";
import { fromVocabTxt } from "./fromVocabTxt.ts";
import { Tokenizer } from "./everyTokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";

/** The bytes of a model's file, or undefined if there is none of this name. */
export type ReadTokenizerFile = (name: string) => Promise<Uint8Array | undefined>;

/**
 * The tokenizer of a model's files, whichever form they have: `tokenizer.json`; `source.spm` with `vocab.json`;
 * `vocab.json` with `merges.txt`; `vocab.txt`; `spiece.model` or `tokenizer.model`. Undefined if there are none.
 *
 * @throws TokenizerError naming the file that cannot be used
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
    return named("source.spm", () => fromMarian({ spm, vocab }));
  }
  if (vocab !== undefined) {
    const merges = await text("merges.txt");
    if (merges === undefined) {
      throw new TokenizerError("source.spm: expected it or merges.txt beside vocab.json, got neither");
    }
    return named("merges.txt", () => fromVocabAndMerges({ vocab, merges }));
  }
  const words = await text("vocab.txt");
  if (words !== undefined) {
    const lowercase = lowercaseOf(await text("tokenizer_config.json"));
    return named("vocab.txt", () => fromVocabTxt(words, { lowercase }));
  }
  for (const name of ["spiece.model", "tokenizer.model"]) {
    const model = await read(name);
    if (model !== undefined) return named(name, () => fromSentencePiece(model));
  }
  return undefined;
}

function lowercaseOf(config = "{}"): boolean {
  const parsed = named("tokenizer_config.json", () => JSON.parse(config) as { do_lower_case?: unknown } | null);
  return parsed?.do_lower_case !== false;
}

function named<T>(name: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof TokenizerError && error.message.startsWith(name)) throw error;
    throw new TokenizerError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
