import { createTokenizer } from "./createTokenizer.ts";
import { wordPiece } from "./everyPart.ts";
import { templateProcessing } from "./template.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";

/** How {@link fromVocabTxt} treats text before it is cut. */
export interface VocabTxtOptions {
  /** Whether the model knows small letters only, and no accents. Default true. */
  readonly lowercase?: boolean;
}

/**
 * The tokenizer of BERT's `vocab.txt`: a WordPiece token a line, the id its number from 0.
 *
 * @throws TokenizerError naming the special token that is missing
 */
export function fromVocabTxt(text: string, { lowercase = true }: VocabTxtOptions = {}): Tokenizer {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const ids = new Map(lines.map((token, id) => [token, id]));
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined) throw new TokenizerError(`vocab.txt: expected ${token}, got ${lines.length} other tokens`);
    return id;
  };
  const specialTokens = { "[CLS]": idOf("[CLS]"), "[SEP]": idOf("[SEP]") };
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].filter((token) => ids.has(token));
  return createTokenizer(
    {
      added_tokens: special.map((content) => ({ id: idOf(content), content, special: true })),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: templateProcessing({
        single: "[CLS] $A [SEP]",
        pair: "[CLS] $A [SEP] $B:1 [SEP]:1",
        specialTokens,
      }),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: { type: "WordPiece", unk_token: "[UNK]", vocab: Object.fromEntries(ids) },
    },
    [wordPiece],
  );
}
