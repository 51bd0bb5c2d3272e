import { checkRecord } from "../checks/argumentChecks.ts";
import { createTokenizer, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { bpe, regex } from "../tokenizer/allComponents.ts";
import { byteLevelAlphabet } from "../text/byteLevel.ts";
import { quoted } from "../json/configValue.ts";
import { mergeBytes } from "./tiktokenMerges.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** Options of {@link fromTiktoken}, which a rank file lacks. */
export interface TiktokenOptions extends TokenizerOptions {
  /** The regular expression that splits texts into words, as tiktoken's `pat_str`. */
  readonly pattern: string;
  /** Special tokens and their ids. */
  readonly specialTokens?: Readonly<Record<string, number>>;
}

/** Makes the tokenizer of a tiktoken rank file: lines of a token's bytes in base64 and its rank, which is its id. */
export function fromTiktoken(ranks: string, given: TiktokenOptions): Tokenizer {
  checkRecord("fromTiktoken", "options", given);
  const { pattern, specialTokens = {}, ...options } = given;
  const rankOf = readRanks(ranks);
  const merges = [...rankOf].flatMap(([token, rank]) => {
    const parts = mergeBytes(token, rankOf, rank);
    return parts.length === 2 ? [parts] : [];
  });
  return createTokenizer(
    {
      added_tokens: Object.entries(specialTokens).map(([content, id]) => ({ id, content, special: true })),
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      decoder: { type: "ByteLevel" },
      model: {
        type: "BPE",
        ignore_merges: true,
        vocab: Object.fromEntries([...rankOf, ...Object.entries(specialTokens)]),
        merges,
      },
    },
    [bpe, regex],
    options,
  );
}

// The longest published token has 128 bytes; merging one takes time quadratic in its length.
const LONGEST_TOKEN = 1024;

/** Reads each token, a byte-level character for each byte, and its rank; in order of rank. */
function readRanks(text: string): Map<string, number> {
  const chars = byteLevelAlphabet();
  const entries = text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line, i): [string, number] => {
      const path = `tiktoken ranks: line ${i + 1}`;
      const [, base64 = "", rank] = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})$/.exec(line) ?? [];
      if (rank === undefined || base64.length % 4 !== 0) {
        throw new TokenizerError(`${path}: expected base64 and a rank, got ${quoted(line)}`);
      }
      const bytes = atob(base64);
      if (bytes.length > LONGEST_TOKEN) {
        throw new TokenizerError(`${path}: expected a token of at most ${LONGEST_TOKEN} bytes, got ${bytes.length}`);
      }
      return [Array.from(bytes, (byte) => chars[byte.charCodeAt(0)] ?? "").join(""), Number(rank)];
    });
  return new Map(entries.sort(([, a], [, b]) => a - b));
}
