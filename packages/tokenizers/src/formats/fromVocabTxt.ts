import { checkRecord, describeArgument } from "../checks/argumentChecks.ts";
import { createTokenizer, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { wordPiece } from "../tokenizer/allComponents.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** Options of {@link fromVocabTxt} for normalization and special tokens. */
export interface VocabTxtOptions extends TokenizerOptions {
  /** Whether the model is uncased: lower case without accents. Default true. */
  readonly lowercase?: boolean;
  /** Whether accents are removed. Default as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** Whether spaces are put around Chinese characters. Default true. */
  readonly chineseChars?: boolean;
  /** The special tokens, where their names differ from BERT's: `{ pad: "<pad>" }`. */
  readonly special?: Partial<typeof SPECIAL>;
}

const SPECIAL = { pad: "[PAD]", unk: "[UNK]", cls: "[CLS]", sep: "[SEP]", mask: "[MASK]" };

/**
 * Makes the tokenizer of BERT's `vocab.txt`: a WordPiece token a line, the id its number from 0.
 *
 * @throws TokenizerError naming the special token that is missing
 */
export function fromVocabTxt(text: string, given: VocabTxtOptions = {}): Tokenizer {
  checkRecord("fromVocabTxt", "options", given);
  const { lowercase = true, stripAccents = null, chineseChars = true, special: named, ...options } = given;
  if (typeof text !== "string")
    throw new TypeError(`fromVocabTxt: expected the text of vocab.txt, got ${describeArgument(text)}`);
  const ids = vocabularyOfLines(text);
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined) throw new TokenizerError(`vocab.txt: expected ${token}, got ${ids.size} other tokens`);
    return id;
  };
  const { cls, sep, ...names } = { ...SPECIAL, ...named };
  const specialTokens = { [cls]: idOf(cls), [sep]: idOf(sep) };
  const special = [cls, sep, ...Object.values(names)].filter((token) => ids.has(token));
  return createTokenizer(
    {
      added_tokens: special.map((content) => ({ id: idOf(content), content, special: true })),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: chineseChars,
        strip_accents: stripAccents,
        lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: templateProcessing({
        single: `${cls} $A ${sep}`,
        pair: `${cls} $A ${sep} $B:1 ${sep}:1`,
        specialTokens,
      }),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: { type: "WordPiece", unk_token: names.unk, vocab: Object.fromEntries(ids) },
    },
    [wordPiece],
    options,
  );
}

/** The id of each line's token. */
export function vocabularyOfLines(text: string): Map<string, number> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return new Map(lines.map((token, id) => [token, id]));
}
