import { checkRecord } from "../checks/argumentChecks.ts";
import type { AddedToken } from "../addedTokens/addedTokens.ts";
import type { AlignedText } from "../text/alignedText.ts";
import type { Budget } from "../checks/budget.ts";
import { checkMaxSteps } from "../checks/budget.ts";
import { pipelineAround, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { bpe, precompiled, regex, unigram } from "../tokenizer/allComponents.ts";
import type { DecoderConfig } from "../decoders/createDecoder.ts";
import type { DecodeStream } from "../decoders/decodeStream.ts";
import { Json, parseJson } from "../json/configValue.ts";
import { behindLanguageCode, languageCodeEnd } from "./languageCode.ts";
import type { Model, UnigramConfig } from "../components/model.ts";
import { createModel } from "../models/createModel.ts";
import type { Pieces } from "../text/pieces.ts";
import { MANY, sentencePieceConfig } from "./fromSentencePiece.ts";
import { parseSentencePiece } from "./sentencePieceModel.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import {
  type DecodeOptions,
  Tokenizer,
  type TokenizerConfig,
  type TokenizerPipeline,
  type TokenizerSides,
} from "../tokenizer/tokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { TokenList } from "../encoding/tokenList.ts";
import { UNREACHABLE } from "../models/unigram/unigram.ts";
import { Vocabulary } from "../models/vocabulary.ts";

/** The files of a Marian model, such as those of OPUS-MT. */
export interface MarianFiles {
  /** `source.spm`; to encode the target language, `target.spm`. */
  readonly spm: Uint8Array;
  /** `vocab.json`, as text or parsed. */
  readonly vocab: unknown;
  /** The target's files, if it has a separate vocabulary: `separate_vocabs` in tokenizer_config.json. */
  readonly target?: MarianFiles;
}

/**
 * Makes the tokenizer of a Marian model, with the ids of Hugging Face's MarianTokenizer: SentencePiece splits, `vocab.json`
 * gives the ids. A text may begin with a language code such as `>>fra<<`, a token even if no vocabulary has it: `<unk>`.
 */
export function fromMarian(files: MarianFiles, options: Pick<TokenizerOptions, "maxSteps"> = {}): Tokenizer {
  checkRecord("fromMarian", "files", files);
  checkRecord("fromMarian", "options", options);
  const { maxSteps } = options;
  checkMaxSteps(maxSteps);
  const source = oneSide(files, "vocab.json", maxSteps);
  if (files.target === undefined) return source;
  return new TwoVocabularies(source, oneSide(files.target, "target_vocab.json", maxSteps));
}

/** SentencePiece's spaces, but for those at both ends. */
export const STRIPPED: DecoderConfig = {
  type: "Sequence",
  decoders: [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: MANY, stop: MANY },
  ],
};

function oneSide({ spm, vocab }: MarianFiles, name: string, maxSteps: number | undefined): MarianTokenizer {
  const vocabulary = Vocabulary.fromJSON(new Json(typeof vocab === "string" ? parseJson(vocab, name) : vocab, name));
  const [end, unk] = ["</s>", "<unk>"].map((token) => idIn(vocabulary, token, name));
  const config = sentencePieceConfig(parseSentencePiece(spm));
  const added = addedTokens(vocabulary, ["</s>", "<unk>", "<pad>"], true);
  const json = new Json(
    {
      ...config,
      added_tokens: added,
      post_processor: templateProcessing({
        single: "$A </s>",
        pair: "$A $B </s>",
        specialTokens: { "</s>": end ?? 0 },
      }),
      decoder: STRIPPED,
    },
    "SentencePiece model",
  );
  const pipeline = pipelineAround(json, [bpe, unigram, precompiled, regex], (parts) => {
    return new Renumbered(createModel(json.at("model"), parts), vocabulary, unk ?? 0);
  });
  const { normalizer = (text: AlignedText) => text } = pipeline;
  const codes = Object.keys(vocabulary.toJSON()).filter((token) => languageCodeEnd(token) === token.length);
  return new MarianTokenizer(
    { ...pipeline, normalizer: behindLanguageCode(normalizer), maxSteps },
    addedTokens(vocabulary, codes, false),
  );
}

/** The tokens of a vocabulary that are to be added, without those that it lacks. */
export function addedTokens(vocabulary: Vocabulary, tokens: readonly string[], special: boolean): AddedToken[] {
  return tokens.flatMap((content) => {
    const id = vocabulary.idOf(content);
    if (id === undefined) return [];
    return [{ id, content, special, single_word: false, lstrip: false, rstrip: false, normalized: false }];
  });
}

/** A tokenizer with a language code only at the beginning of a text; a tokenizer.json has to match it everywhere. */
class MarianTokenizer extends Tokenizer {
  readonly pipeline: TokenizerPipeline;
  readonly #codes: readonly AddedToken[];

  constructor(pipeline: TokenizerPipeline, codes: readonly AddedToken[]) {
    super(pipeline);
    this.pipeline = pipeline;
    this.#codes = codes;
  }

  override toJSON(): TokenizerConfig {
    const { added_tokens: others = [], ...config } = super.toJSON();
    return { ...config, added_tokens: [...others, ...this.#codes].sort((a, b) => a.id - b.id) };
  }
}

/** A tokenizer that encodes with the source's vocabulary and decodes with the target's, as transformers does. */
class TwoVocabularies extends Tokenizer {
  readonly #sides: TokenizerSides;

  constructor(source: MarianTokenizer, target: Tokenizer) {
    super(source.pipeline);
    this.#sides = { source, target };
  }

  override get sides(): TokenizerSides {
    return this.#sides;
  }

  override idToToken(id: number): string | undefined {
    return this.#sides.target.idToToken(id);
  }

  override tokenBytes(id: number): Uint8Array | undefined {
    return this.#sides.target.tokenBytes(id);
  }

  override decode(ids: Iterable<number>, options?: DecodeOptions): string {
    return this.#sides.target.decode(ids, options);
  }

  override createDecodeStream(options?: DecodeOptions): DecodeStream {
    return this.#sides.target.createDecodeStream(options);
  }

  override toJSON(): TokenizerConfig {
    throw new TokenizerError("toJSON: expected one vocabulary, which is all that a tokenizer.json holds, got two");
  }
}

/** The id of a token that a file must have. */
export function idIn(vocabulary: Vocabulary, token: string, name: string): number {
  const id = vocabulary.idOf(token);
  if (id === undefined) throw new TokenizerError(`${name}: expected ${token}, got nothing`);
  return id;
}

// 2^16: a Unigram model has an entry for each id, used or not.
const MOST_UNUSED = 2 ** 16;

/** A model with the ids of another vocabulary. */
export class Renumbered implements Model {
  readonly #inner: Model;
  readonly #vocabulary: Vocabulary;
  readonly #unkId: number;
  readonly #hasCodes: boolean;

  /** @param hasCodes whether a text may begin with a language code such as `>>fra<<` */
  constructor(inner: Model, vocabulary: Vocabulary, unkId: number, hasCodes = true) {
    this.#hasCodes = hasCodes;
    this.#inner = inner;
    this.#vocabulary = vocabulary;
    this.#unkId = unkId;
  }

  get vocabSize(): number {
    return this.#vocabulary.size;
  }

  tokenToId(token: string): number | undefined {
    return this.#vocabulary.idOf(token);
  }

  idToToken(id: number): string | undefined {
    return this.#vocabulary.tokenOf(id);
  }

  encode(pieces: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void {
    const found = new TokenList();
    this.#inner.encode(this.#behindCode(pieces, firstWord, tokens), firstWord, found, budget);
    for (let i = 0; i < found.length; i++) {
      const text = found.textOf(i) ?? this.#inner.idToToken(found.ids[i] ?? 0) ?? "";
      const id = this.#vocabulary.idOf(text);
      const read = id === undefined ? text : undefined;
      tokens.push(id ?? this.#unkId, found.starts[i] ?? 0, found.ends[i] ?? 0, found.words[i] ?? -1, read);
    }
  }

  /** Appends the token of a language code. @returns the pieces after it */
  #behindCode(pieces: Pieces, word: number, tokens: TokenList): Pieces {
    const { source, bounds } = pieces;
    const end = this.#hasCodes ? languageCodeEnd(source.text) : 0;
    if (end === 0) return pieces;
    const id = this.#vocabulary.idOf(source.text.slice(0, end)) ?? this.#unkId;
    tokens.push(id, source.startOf(0), source.endOf(end - 1), word);
    const kept = bounds.flatMap((start, i) => {
      const stop = bounds[i + 1] ?? 0;
      return i % 2 === 0 && stop > end ? [Math.max(start, end), stop] : [];
    });
    return { ...pieces, bounds: kept };
  }

  /** Formats a Unigram model, which a tokenizer.json can hold; only characters unknown to SentencePiece may differ. */
  toJSON(): UnigramConfig {
    const inner = this.#inner.toJSON();
    if (inner.type !== "Unigram") throw new TokenizerError("toJSON: expected a Unigram model, got another");
    const scores = new Map(inner.vocab);
    const size = 1 + Object.values(this.#vocabulary.toJSON()).reduce((most, id) => Math.max(most, id), 0);
    if (size > MOST_UNUSED + this.#vocabulary.size) {
      throw new TokenizerError(`toJSON: expected a token for all but ${MOST_UNUSED} ids, got ids up to ${size - 1}`);
    }
    return {
      ...inner,
      unk_id: this.#unkId,
      vocab: Array.from({ length: size }, (_, id) => {
        const token = this.#vocabulary.tokenOf(id) ?? `<unused ${id}>`;
        return [token, scores.get(token) ?? UNREACHABLE] as const;
      }),
      user_defined: [],
    };
  }
}
