import { checkRecord } from "../checks/argumentChecks.ts";
import { createTokenizer, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { bpe } from "../tokenizer/allComponents.ts";
import { Json, parseJson } from "../json/configValue.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { Vocabulary } from "../models/vocabulary.ts";

/** The files of a byte-level BPE tokenizer. */
export interface VocabAndMerges {
  /** `vocab.json`, as text or parsed. */
  readonly vocab: unknown;
  /** `merges.txt`: two tokens a line, in order. */
  readonly merges: string;
  /** Whether a text is encoded as if after a space. Default false. */
  readonly addPrefixSpace?: boolean;
}

/**
 * Makes the tokenizer of `vocab.json` and `merges.txt`, as in GPT-2, or RoBERTa, whose `<s>` and `</s>` are then put
 * around each text.
 *
 * @throws TokenizerError if the merges are not byte-level ones
 */
export function fromVocabAndMerges(files: VocabAndMerges, options: TokenizerOptions = {}): Tokenizer {
  checkRecord("fromVocabAndMerges", "files", files);
  const { vocab, merges, addPrefixSpace = false } = files;
  const parsed: unknown = typeof vocab === "string" ? parseJson(vocab, "vocab.json") : vocab;
  const vocabulary = Vocabulary.fromJSON(new Json(parsed, "vocab.json"));
  const lines = mergeLines(merges);
  const token = (content: string): readonly [string, number] | undefined => {
    const id = vocabulary.idOf(content);
    return id === undefined ? undefined : [content, id];
  };
  const [cls, sep] = [token("<s>"), token("</s>")];
  const postProcessor: PostProcessorConfig =
    cls !== undefined && sep !== undefined
      ? { type: "RobertaProcessing", cls, sep, trim_offsets: true, add_prefix_space: addPrefixSpace }
      : { type: "ByteLevel", add_prefix_space: addPrefixSpace, trim_offsets: false, use_regex: true };
  const byteLevel = { type: "ByteLevel", add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
  return createTokenizer(
    {
      added_tokens: ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"].flatMap((content) => {
        const id = vocabulary.idOf(content);
        return id === undefined ? [] : [{ id, content, special: true, lstrip: content === "<mask>" }];
      }),
      pre_tokenizer: byteLevel,
      post_processor: postProcessor,
      decoder: byteLevel,
      model: { type: "BPE", vocab: vocabulary.toJSON(), merges: lines },
    },
    [bpe],
    options,
  );
}

/** Reads the lines of a `merges.txt`. @throws TokenizerError if they are no byte-level tokens */
export function mergeLines(merges: string): string[] {
  const lines = merges.split(/\r?\n/).filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
  if (!lines.some((line) => line.endsWith("</w>"))) return lines;
  throw new TokenizerError("merges.txt: expected byte-level tokens, got ends of words (</w>)");
}
