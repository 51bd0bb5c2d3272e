import { checkRecord, checkText, describeArgument } from "../checks/argumentChecks.ts";
import type { AddedToken } from "../addedTokens/addedTokens.ts";
import { AddedVocabulary } from "../addedTokens/addedVocabulary.ts";
import { AlignedText } from "../text/alignedText.ts";
import { Budget } from "../checks/budget.ts";
import { type TokenBytes, tokenBytesOf } from "../decoders/tokenBytes.ts";
import { type Decoder, type DecoderConfig, sizeOf } from "../decoders/createDecoder.ts";
import { DecodeStream } from "../decoders/decodeStream.ts";
import { Encoding } from "../encoding/encoding.ts";
import type { Segment } from "../encoding/segment.ts";
import type { Model, ModelConfig } from "../components/model.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { Normalizer } from "../components/normalizer.ts";
import { onePiece, type Pieces } from "../text/pieces.ts";
import { paddedLength, type PaddingConfig, type PaddingOptions } from "../encoding/padding.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import type { PostProcessor } from "../components/postProcessor.ts";
import type { PreTokenizerConfig } from "../preTokenizers/createPreTokenizer.ts";
import type { PreTokenizer } from "../components/preTokenizer.ts";
import { TokenList } from "../encoding/tokenList.ts";
import { type TruncationConfig, type TruncationOptions, truncateSegments } from "../encoding/truncation.ts";

/** A tokenizer.json. */
export interface TokenizerConfig {
  readonly version?: string;
  readonly truncation?: TruncationConfig | null;
  readonly padding?: PaddingConfig | null;
  readonly added_tokens?: readonly (Pick<AddedToken, "id" | "content"> & Partial<AddedToken>)[];
  readonly normalizer?: NormalizerConfig | null;
  readonly pre_tokenizer?: PreTokenizerConfig | null;
  readonly post_processor?: PostProcessorConfig | null;
  readonly decoder?: DecoderConfig | null;
  readonly model: ModelConfig;
}

/** Components of a {@link Tokenizer}. */
export interface TokenizerPipeline {
  /** The configuration that {@link Tokenizer.toJSON} returns unchanged. */
  readonly config: Omit<TokenizerConfig, "model" | "added_tokens">;
  readonly added: readonly AddedToken[];
  readonly normalizer: Normalizer | undefined;
  readonly preTokenizer: PreTokenizer | undefined;
  readonly model: Model;
  readonly postProcessor: PostProcessor | undefined;
  readonly decoder: Decoder | undefined;
  readonly truncation: TruncationOptions | undefined;
  readonly padding: PaddingOptions | undefined;
  /** The most steps for each character of a text: {@link Budget}. */
  readonly maxSteps?: number | undefined;
}

/** Options of encoding. */
export interface EncodeOptions {
  /** A second text, for models that compare two. */
  readonly pair?: string | readonly string[];
  /** Whether the post-processor adds its special tokens. Default true. */
  readonly addSpecialTokens?: boolean;
  /** Truncation; false: none. Omitted fields default to the tokenizer.json's. */
  readonly truncation?: Partial<TruncationOptions> | false;
  /** Padding; false: none. Omitted fields default to the tokenizer.json's. */
  readonly padding?: PaddingOptions | false;
}

/** Options of decoding. */
export interface DecodeOptions {
  /** Whether special tokens are skipped. Default true. */
  readonly skipSpecialTokens?: boolean;
}

/** The tokenizers of the two languages that a model translates between. */
export interface TokenizerSides {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
}

/** Converts text to token ids and back. {@link createTokenizer} makes it from a tokenizer.json. */
export class Tokenizer {
  readonly #pipeline: TokenizerPipeline;
  readonly #added: AddedVocabulary;
  #spell: readonly [TokenBytes | undefined] | undefined;

  constructor(pipeline: TokenizerPipeline) {
    this.#pipeline = pipeline;
    this.#added = new AddedVocabulary(pipeline.added, pipeline.model, pipeline.normalizer, pipeline.maxSteps);
  }

  /** The tokenizer of each language: this one of both, unless a model has a vocabulary for each ({@link fromMarian}). */
  get sides(): TokenizerSides {
    return { source: this, target: this };
  }

  /** The number of tokens, added ones included. */
  get vocabSize(): number {
    let size = this.#pipeline.model.vocabSize;
    for (const { content } of this.#added.tokens) if (this.#pipeline.model.tokenToId(content) === undefined) size++;
    return size;
  }

  /** The id of a token, if there is one of this text. */
  tokenToId(token: string): number | undefined {
    return this.#added.idOf(token) ?? this.#pipeline.model.tokenToId(token);
  }

  /** The token of an id, if it has one. */
  idToToken(id: number): string | undefined {
    return this.#added.textOf(id) ?? this.#pipeline.model.idToToken(id);
  }

  /**
   * The bytes that a token adds inside a text, by which texts can be steered token by token: `0xC3` alone for half of an é.
   * Undefined for a special token, an id without a token, and a decoder that spells a token by its neighbours.
   */
  tokenBytes(id: number): Uint8Array | undefined {
    const token = this.#tokenRead(id, true);
    this.#spell ??= [tokenBytesOf(this.#pipeline.config.decoder)];
    return token === undefined ? undefined : this.#spell[0]?.(token);
  }

  /** Encodes `text`, which may come in words. A lone surrogate counts as U+FFFD. */
  encode(text: string | readonly string[], options: EncodeOptions = {}): Encoding {
    checkRecord("encode", "options", options);
    return this.#pad([this.#encode(text, options)], options)[0] as Encoding;
  }

  /** Encodes each of `texts`. */
  encodeBatch(texts: readonly (string | readonly string[])[], options: Omit<EncodeOptions, "pair"> = {}): Encoding[] {
    if (!Array.isArray(texts))
      throw new TypeError(`encodeBatch: expected an array of texts, got ${describeArgument(texts)}`);
    checkRecord("encodeBatch", "options", options);
    return this.#pad(
      texts.map((text) => this.#encode(text, options)),
      options,
    );
  }

  /** Decodes `ids` to text. Ids without a token are skipped. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    checkRecord("decode", "options", options);
    const { skipSpecialTokens = true } = options;
    const tokens: string[] = [];
    if (typeof ids === "string" || typeof ids?.[Symbol.iterator] !== "function") {
      throw new TypeError(`decode: expected token ids, got ${describeArgument(ids)}`);
    }
    for (const id of ids) {
      const token = this.#tokenRead(id, skipSpecialTokens);
      if (token !== undefined) tokens.push(token);
    }
    const { decoder } = this.#pipeline;
    const size = sizeOf(tokens);
    this.#budget(tokens.length).take(size, "decode"); // the same token may be repeated
    return decoder === undefined ? tokens.join(" ") : decoder(tokens, this.#budget(size)).join("");
  }

  /** Creates a stream that decodes ids one at a time, as a model generates them. */
  createDecodeStream(options: DecodeOptions = {}): DecodeStream {
    checkRecord("createDecodeStream", "options", options);
    const { skipSpecialTokens = true } = options;
    return new DecodeStream(
      (ids) => this.decode(ids, options),
      (id) => this.#tokenRead(id, skipSpecialTokens) === undefined,
    );
  }

  /** Formats a tokenizer.json of this tokenizer, for this package and Hugging Face's libraries. */
  toJSON(): TokenizerConfig {
    return { ...this.#pipeline.config, added_tokens: this.#added.tokens, model: this.#pipeline.model.toJSON() };
  }

  /** The token of an id, unless it is skipped. @throws TypeError for values that are no id */
  #tokenRead(id: number, skipSpecialTokens: boolean): string | undefined {
    const token = this.idToToken(id);
    if (token === undefined && typeof id !== "number") {
      throw new TypeError(`decode: expected token ids that are numbers, got ${describeArgument(id)} among them`);
    }
    return token !== undefined && skipSpecialTokens && this.#added.isSpecial(token) ? undefined : token;
  }

  #encode(text: string | readonly string[], options: EncodeOptions): Encoding {
    const budget = this.#budget(lengthOf(text) + lengthOf(options.pair ?? ""));
    const encoding = this.#encodeUnpadded(text, options, budget);
    const { padding = this.#pipeline.padding } = options;
    if (padding === undefined || padding === false) return encoding;
    const missing = paddedLength([encoding.length], { ...this.#pipeline.padding, ...padding }) - encoding.length;
    // Explicit padding of the text itself is the caller's choice, and is not counted.
    const count = encoding.overflow.length + (options.padding === undefined ? 1 : 0);
    budget.make(Math.max(0, missing) * count, "padding");
    return encoding;
  }

  #encodeUnpadded(
    text: string | readonly string[],
    { pair, addSpecialTokens = true, truncation }: EncodeOptions,
    budget: Budget,
  ): Encoding {
    const segments = [this.#encodeSequence(text, 0, budget)];
    if (pair !== undefined) segments.push(this.#encodeSequence(pair, 1, budget));
    // A token from the model has the model's text, though an added one may have the same id.
    const idToToken = (id: number): string | undefined => this.#pipeline.model.idToToken(id) ?? this.idToToken(id);
    const process = (parts: readonly Segment[]): readonly Segment[] =>
      this.#pipeline.postProcessor?.(parts, { addSpecialTokens, idToToken, budget }) ?? parts;

    const { maxLength = Infinity, ...how } =
      truncation === false ? {} : { ...this.#pipeline.truncation, ...truncation };
    if (maxLength === Infinity) return new Encoding(process(segments), idToToken);
    const empty = segments.map((segment) => ({ ...segment, tokens: new TokenList() }));
    const added = process(empty).reduce((sum, { tokens }) => sum + tokens.length, 0);
    const [kept = [], ...overflow] = truncateSegments(segments, Math.max(0, maxLength - added), how, budget);
    return new Encoding(
      process(kept),
      idToToken,
      overflow.map((parts) => new Encoding(process(parts), idToToken)),
    );
  }

  #pad(encodings: Encoding[], { padding }: EncodeOptions): Encoding[] {
    if (padding === false || (padding ?? this.#pipeline.padding) === undefined) return encodings;
    const options = { ...this.#pipeline.padding, ...padding };
    const length = paddedLength(
      encodings.map((encoding) => encoding.length),
      options,
    );
    return encodings.map((encoding) => encoding.padded(length, options));
  }

  #encodeSequence(given: string | readonly string[], sequence: 0 | 1, budget: Budget): Segment {
    checkText(given);
    const tokens = new TokenList();
    const text = typeof given === "string" ? given.toWellFormed() : given.map((word) => word.toWellFormed());
    if (typeof text === "string") this.#encodeText(text, tokens, budget);
    else {
      for (const [i, word] of text.entries()) {
        const from = tokens.length;
        this.#encodeText(word, tokens, budget);
        tokens.words.fill(i, from);
      }
    }
    return { text, tokens, typeId: sequence, special: false, sequence };
  }

  #encodeText(whole: string, tokens: TokenList, budget: Budget): void {
    let word = 0;
    for (const outer of this.#added.inText.split(new AlignedText(whole), budget)) {
      const splits =
        outer.token === undefined
          ? this.#added.inNormalized.split(this.#normalize(outer.text, budget), budget)
          : [outer];
      for (const { text, token } of splits) {
        if (token !== undefined) {
          const end = text.text.length;
          tokens.push(token.id, text.startOf(0), text.endOf(end - 1), word++, text.text);
          continue;
        }
        const pieces = this.#preTokenize(text, budget);
        this.#pipeline.model.encode(pieces, word, tokens, budget);
        word += pieces.bounds.length / 2;
      }
    }
  }

  #normalize(text: AlignedText, budget: Budget): AlignedText {
    return this.#pipeline.normalizer === undefined ? text : this.#pipeline.normalizer(text, budget);
  }

  #preTokenize(text: AlignedText, budget: Budget): Pieces {
    const whole = onePiece(text);
    return this.#pipeline.preTokenizer === undefined ? whole : this.#pipeline.preTokenizer(whole, budget);
  }

  #budget(length: number): Budget {
    return new Budget(length, this.#pipeline.maxSteps);
  }
}

function lengthOf(text: string | readonly string[]): number {
  if (typeof text === "string") return text.length;
  return Array.isArray(text) ? text.reduce((sum: number, word: unknown) => sum + String(word).length, 0) : 0;
}
