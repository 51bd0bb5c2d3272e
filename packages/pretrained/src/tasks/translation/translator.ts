import { checkRecord, checkOptions, type OptionNames } from "@qkv/ops";
import { generate, type GenerationOptions, type LogitsProcessor, type Seq2SeqModel } from "@qkv/transformer";
import { checkList, checkText } from "../../loading/argumentChecks.ts";
import { batchesBySize, type BatchLimits } from "../text/batchesBySize.ts";
import { type LedSegment, splitLedText } from "./languageCodes.ts";
import { languageTag } from "../../loading/languageTag.ts";
import { correctCopies } from "./correctCopies.ts";
import type { TokenizedPair, TokenSequence } from "./tokenSequence.ts";
import type { TranslationTokenizer } from "./translationTokenizer.ts";
import { VerbatimCopies } from "./verbatimCopies.ts";

/** Options of a translator. */
export interface TranslatorOptions {
  /** The most tokens that the model takes, as a source and as a target, special ones included. */
  readonly maxPositions: number;
  /**
   * Generation options, unless a call overrides them. Sentences are translated in batches: a `source` that its
   * `logitsProcessors` are given is the index in one.
   */
  readonly generation?: GenerationOptions;
  /** The source language, for sentence splitting: `en`, `pt-BR`. */
  readonly locale?: string;
  /** The target language, for numbers: its decimal mark sets no thousands apart. */
  readonly targetLocale?: string;
  /** The language code of a multilingual model for texts that begin with none: `>>fra<<`. Default none. */
  readonly languageCode?: string;
  /** Sentences of a paragraph are translated together up to this many tokens. Default 0: each by itself. */
  readonly joinTokens?: number;
  /**
   * Web and mail addresses, names of files, phone numbers and numbers of four digits and more are copied: once the model has begun to write
   * one of its source, it goes on to its end; where it has written another, it is searched again from there. Numbers whose thousands
   * are set apart keep their digits. Default true; false gives what the search alone gives.
   */
  readonly copiesVerbatim?: boolean;
  /**
   * By how many nats (3 makes it twenty times) a name of the source that a translation has begun is likelier to go on as it stands there; above 0 a
   * name also takes the place of another word where that costs at most a nat. For small models, which misspell names that they have not seen. Default 0; not with `copiesVerbatim: false`.
   */
  readonly nameBias?: number;
  readonly batch?: BatchLimits;
}

/** Options of translation. */
export interface TranslateOptions {
  /** The number of beams. */
  readonly numBeams?: number;
  /** A beam's score is its log-probability divided by its length to this power. Default: that of the model's folder. */
  readonly lengthPenalty?: number;
  /** The most tokens a sentence's translation may have. Default: enough for the length of its source. */
  readonly maxNewTokens?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of sentences done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** The translation of a text. */
export interface Translation {
  readonly translation: string;
  /** The log-probability of the translation by token: for several sentences their mean, weighted by tokens. */
  readonly score: number;
  /** Special tokens included, so that an end token closes each sentence. */
  readonly tokens: { readonly source: readonly string[]; readonly target: readonly string[] };
  /** The translated sentences: the same tokens with their ids. */
  readonly sentences: readonly TokenizedPair[];
  /** The number of sentences that reached `maxNewTokens`, and may have lost their end. */
  readonly truncated: number;
  /** The number of sentences left as they are, since no letter of theirs is in the model's vocabulary. */
  readonly unknownScript: number;
}

/** Options of translation sentence by sentence. */
export interface SentenceOptions extends Omit<TranslateOptions, "onProgress"> {
  /** The number of translations of each sentence, at most as many as beams. Default 1. */
  readonly numReturnSequences?: number;
  /** The number of sentences to skip: those of a run that was stopped. Default 0. */
  readonly skip?: number;
  /**
   * The number of consecutive sentences in a batch, which is faster and gives the same; the first goes alone, so
   * that it is there at once. Default 8.
   */
  readonly batchSize?: number;
  /** Called with the likeliest beginnings of the sentences under way, with their spaces; a beam search may revise them. */
  readonly onPartial?: (text: string) => void;
  /** Called with the number of sentences, once the text is split. */
  readonly onTotal?: (total: number) => void;
}

/** A sentence of a text and its translations. */
export interface TranslatedSentence extends TokenSequence {
  /** The white space before it, which is kept as it is. */
  readonly space: string;
  /** The source text with its language code. Empty only for white space at the end of a text. */
  readonly source: string;
  /** The translations, best first. A sentence without words is its own translation, without tokens; white space has none. */
  readonly translations: readonly SentenceTranslation[];
  /** Whether no letter of it is in the model's vocabulary, so that it is left as it is. */
  readonly unknownScript?: true;
}

/** A translation of a sentence. */
export interface SentenceTranslation extends TokenSequence {
  readonly text: string;
  /** The search's score: log-probability by token, normalized by `lengthPenalty`. */
  readonly score: number;
  /** Whether it reached `maxNewTokens`, and may have lost its end. */
  readonly truncated: boolean;
}

/** A segment of a text with its tokens: none if there is nothing to translate in it. */
interface EncodedSegment extends LedSegment, TokenSequence {
  readonly unknownScript?: true;
}

/** What a search is for: a sentence's tokens, and its text if something may be copied from it. */
type Searched = Pick<TokenSequence, "ids"> & { readonly source?: string };

/** How a search differs from that of a whole batch. */
interface SearchPart {
  readonly onStep?: GenerationOptions["onStep"];
  readonly process?: LogitsProcessor;
  readonly indices?: readonly number[];
}

/** Options of the search for one sentence's translation. */
export type SearchOptions = Omit<SentenceOptions, "skip" | "batchSize" | "onPartial" | "onTotal">;

/**
 * Translates texts of any length: sentence by sentence, in batches of about the same length, joined again by the same
 * white space as in the text. Sentences without letters, and addresses alone, stay as they are.
 */
export class Translator {
  readonly model: Seq2SeqModel;
  readonly tokenizer: TranslationTokenizer;
  readonly options: TranslatorOptions;
  #copies: VerbatimCopies | undefined;

  constructor(model: Seq2SeqModel, tokenizer: TranslationTokenizer, options: TranslatorOptions) {
    for (const [name, value] of Object.entries({ model, tokenizer, options })) checkRecord("Translator", name, value);
    const { nameBias = 0 } = options;
    if (!isBias(nameBias))
      throw new RangeError(`Translator: expected nameBias to be 0 or more, got ${String(nameBias)}`);
    this.model = model;
    this.tokenizer = tokenizer;
    this.options = { ...options, ...(options.locale !== undefined && { locale: languageTag(options.locale) }) };
  }

  /**
   * Translates a text of any length.
   *
   * @throws the signal's reason if it is aborted
   */
  async translate(text: string, options: TranslateOptions = {}): Promise<Translation> {
    checkText("translate", text);
    const [translation] = await this.translateBatch([text], options);
    return translation as Translation;
  }

  /** Translates many texts at once, which is faster than one after the other: their sentences share batches. */
  async translateBatch(texts: readonly string[], options: TranslateOptions = {}): Promise<Translation[]> {
    checkOptions("translate", options, TRANSLATE);
    checkList("translateBatch", "texts", texts);
    for (const text of texts) checkText("translateBatch", text);
    options.signal?.throwIfAborted();
    const segments = texts.map((text) => this.#split(text).map((segment) => this.#encode(segment)));
    const found = await this.#translateSegments(segments.flat(), options);
    return segments.map((of) => join(of, found));
  }

  /** Translates one sentence's tokens, best first. @throws RangeError if there are none */
  async translateTokens(
    { ids }: Pick<TokenSequence, "ids">,
    options: SearchOptions = {},
  ): Promise<SentenceTranslation[]> {
    if (ids.length === 0) throw new RangeError("translateTokens: expected tokens, got none");
    const [found = []] = await this.#search([{ ids }], options);
    return found;
  }

  /**
   * Translates one sentence after the other, in text order, each as soon as it is done. `space` and the first of the
   * `translations` of all of them, one after the other, are the translation.
   */
  async *sentences(text: string, given: SentenceOptions = {}): AsyncGenerator<TranslatedSentence, void, undefined> {
    checkRecord("sentences", "options", given);
    const { skip = 0, batchSize = 8, onTotal, onPartial, ...options } = given;
    checkOptions("sentences", options, SEARCH);
    checkText("sentences", text);
    options.signal?.throwIfAborted();
    const segments = this.#split(text);
    onTotal?.(segments.length);
    for (const together of this.#batchesInOrder(segments.slice(skip), batchSize, this.#limits(options.numBeams))) {
      const searched = together.filter(isSearched);
      const begun = new Map<EncodedSegment, string>();
      const onStep: GenerationOptions["onStep"] = (likeliest) => {
        for (const { source, ids } of likeliest) {
          begun.set(searched[source] as EncodedSegment, this.tokenizer.decode(ids.slice(1)).text);
        }
        onPartial?.(together.map((segment) => beginning(segment, begun.get(segment))).join(""));
      };
      const found = await this.#search(searched, options, onPartial && onStep);
      for (const segment of together) {
        const { space, source, ids, tokens, unknownScript } = segment;
        const translations = isSearched(segment) ? (found[searched.indexOf(segment)] ?? []) : unchanged(segment);
        yield { space, source, ids, tokens, translations, ...(unknownScript && { unknownScript }) };
      }
    }
  }

  /** Batches of consecutive segments: one, then two, and at last `batchSize`. */
  *#batchesInOrder(
    segments: readonly LedSegment[],
    batchSize: number,
    { maxItems, maxPadded }: BatchLimits,
  ): Generator<EncodedSegment[], void, undefined> {
    const most = Math.min(batchSize, maxItems);
    let [batch, size] = [[] as EncodedSegment[], 1];
    for (const segment of segments) {
      const encoded = this.#encode(segment);
      const longest = paddingBucket(encoded.ids.length);
      const fits = batch.length < size && (batch.length + 1) * longest <= maxPadded;
      if (batch.length > 0 && !(fits && batch.every((other) => paddingBucket(other.ids.length) === longest))) {
        yield batch;
        [batch, size] = [[], Math.min(2 * size, most)];
      }
      batch.push(encoded);
    }
    if (batch.length > 0) yield batch;
  }

  /** The limits of a batch: the more beams, the fewer sentences, as each beam is a row that takes memory. */
  #limits(numBeams = this.options.generation?.numBeams ?? 1): BatchLimits {
    const { batch } = this.options;
    const maxItems = Math.min(32, Math.max(1, Math.floor(MOST_ROWS / numBeams)));
    return batch ?? { maxItems, maxPadded: 32 * maxItems };
  }

  #split(text: string): LedSegment[] {
    const { maxPositions, joinTokens = 0, locale, languageCode } = this.options;
    const lengthOf = (part: string) => this.tokenizer.encode(part).ids.length;
    return splitLedText(text, {
      ...{ maxTokens: maxPositions, joinTokens, locale },
      countTokens: (lead, part) => lengthOf(lead + part),
      isCode: (code) => lengthOf(code) === lengthOf("") + 1,
      ...(languageCode !== undefined && { lead: `${languageCode} ` }),
    });
  }

  #encode(segment: LedSegment): EncodedSegment {
    if (segment.overlong || !isProse(segment.text)) return { ...segment, ...NO_TOKENS };
    const { ids, tokens } = this.tokenizer.encode(segment.lead + segment.text);
    if (this.tokenizer.knowsLetters?.({ ids, tokens }) === false)
      return { ...segment, ...NO_TOKENS, unknownScript: true };
    return { ...segment, ids, tokens };
  }

  /** Finds the best translation of each segment. */
  async #translateSegments(
    segments: readonly EncodedSegment[],
    { onProgress, ...options }: TranslateOptions,
  ): Promise<Found> {
    const found = new Map<EncodedSegment, SentenceTranslation>();
    const searched = segments.filter(isSearched);
    const lengths = searched.map(({ ids }) => ids.length);
    for (const indices of batchesBySize(lengths, this.#limits(options.numBeams), paddingBucket)) {
      const batch = indices.map((index) => searched[index] as EncodedSegment);
      const translations = await this.#search(batch, options);
      for (const [i, segment] of batch.entries()) {
        const best = translations[i]?.[0];
        if (best !== undefined) found.set(segment, best);
      }
      onProgress?.({ done: found.size, total: searched.length });
    }
    return found;
  }

  /** What copies into translations; undefined if nothing is to be copied. */
  get #copying(): VerbatimCopies | undefined {
    const { target } = this.tokenizer;
    if (this.options.copiesVerbatim === false || target === undefined) return undefined;
    return (this.#copies ??= new VerbatimCopies(target, this.options));
  }

  /** Finds the translations of each sentence, best first: where one has copied something wrong, in a second search from there. */
  async #search(
    segments: readonly Searched[],
    options: SentenceOptions,
    onStep?: GenerationOptions["onStep"],
  ): Promise<SentenceTranslation[][]> {
    const found = await this.#generate(segments, options, { onStep });
    const copying = this.#copying;
    if (copying === undefined) return found;
    const sources = segments.map(({ source = "" }) => source);
    return correctCopies(found, sources, copying, (indices, process) =>
      this.#generate(
        indices.map((index) => segments[index] as Searched),
        options,
        { indices, process },
      ),
    );
  }

  /** The search for translations of each sentence; `indices` are theirs in the batch that they are part of. */
  async #generate(
    segments: readonly Searched[],
    { numBeams, lengthPenalty, maxNewTokens: limit, numReturnSequences = 1, signal }: SentenceOptions,
    { onStep, process, indices = [...segments.keys()] }: SearchPart,
  ): Promise<SentenceTranslation[][]> {
    if (segments.length === 0) return [];
    const { generation, maxPositions } = this.options;
    const sources = segments.map(({ ids }) => ids);
    const copying = this.#copying?.processor(segments.map(({ source = "" }) => source));
    const given = (generation?.logitsProcessors ?? []).map(
      (own): LogitsProcessor =>
        (scores, ids, i) =>
          own(scores, ids, indices[i] ?? i),
    );
    const logitsProcessors = [...given, ...[copying, process].filter((own) => own !== undefined)];
    const defaultLimit =
      generation?.maxNewTokens ?? 2 * paddingBucket(Math.max(...sources.map(({ length }) => length))) + 32;
    const { maxLength = Infinity } = this.model.generation;
    const mostTokens = Math.min(maxLength - 1, maxPositions); // the start token counts in maxLength
    const maxNewTokens = Math.min(limit ?? defaultLimit, mostTokens);
    const found = await generate(this.model, sources, {
      ...generation,
      ...(logitsProcessors.length > 0 && { logitsProcessors }),
      maxNewTokens,
      numReturnSequences: Math.min(numReturnSequences, numBeams ?? generation?.numBeams ?? 1),
      ...(numBeams !== undefined && { numBeams }),
      ...(lengthPenalty !== undefined && { lengthPenalty }),
      ...(signal !== undefined && { signal }),
      ...(onStep !== undefined && { onStep }),
    });
    return found.map((sequences) =>
      sequences.map(({ ids: [, ...ids], score }) => ({
        ...this.tokenizer.decode(ids),
        ...{ ids, score, truncated: ids.length >= maxNewTokens },
      })),
    );
  }
}

/** Whether a value is a bias in nats. */
export function isBias(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}

/**
 * The length limit of a sentence, by bucket: the same for sentences of about the same length, so that a sentence
 * that reaches it does so at the same token in any batch.
 */
function paddingBucket(tokens: number): number {
  let size = 48; // more than all but a few sentences have
  while (size < tokens) size *= 2;
  return size;
}

/** The most beams of all sentences of a batch together. */
const MOST_ROWS = 256;

const SEARCH: OptionNames<SearchOptions> = {
  numBeams: true,
  lengthPenalty: true,
  maxNewTokens: true,
  numReturnSequences: true,
  signal: true,
};
const { numReturnSequences: _, ...ALONE } = SEARCH;
const TRANSLATE: OptionNames<TranslateOptions> = { ...ALONE, onProgress: true };

const NO_TOKENS: TokenSequence = { ids: [], tokens: [] };

/** Text that is only a web or mail address. */
const ADDRESS = /^(?:https?:\/\/|www\.)\S+$|^[^\s@]+@[^\s@]+\.[^\s@]+$/iu;

/** Whether there is a word to translate: a model makes a sentence of any input. */
function isProse(text: string): boolean {
  return /\p{L}/u.test(text) && !ADDRESS.test(text);
}

function isSearched({ ids }: TokenSequence): boolean {
  return ids.length > 0;
}

/** A segment without words as its own translation; white space alone has none. */
function unchanged({ text, source }: LedSegment): SentenceTranslation[] {
  return source === "" ? [] : [{ text, ...NO_TOKENS, score: 0, truncated: false }];
}

function beginning(segment: EncodedSegment, begun = ""): string {
  const text = isSearched(segment) ? begun : segment.text;
  return text === "" ? "" : segment.space + text;
}

/** The best translation of each translated segment. */
type Found = ReadonlyMap<EncodedSegment, SentenceTranslation>;

function join(segments: readonly EncodedSegment[], found: Found): Translation {
  let [translation, sum, truncated, unknownScript] = ["", 0, 0, 0];
  const sentences: TokenizedPair[] = [];
  for (const segment of segments) {
    const target = found.get(segment);
    translation += segment.space + (target?.text ?? segment.text);
    if (segment.unknownScript) unknownScript++;
    if (target === undefined) continue;
    const { ids, tokens, score } = target;
    sentences.push({ source: { ids: segment.ids, tokens: segment.tokens }, target: { ids, tokens } });
    sum += score * ids.length;
    if (target.truncated) truncated++;
  }
  const tokensOf = (side: "source" | "target") => sentences.flatMap((sentence) => sentence[side].tokens);
  const tokens = { source: tokensOf("source"), target: tokensOf("target") };
  const score = sum / Math.max(tokens.target.length, 1);
  return { translation, score, tokens, sentences, truncated, unknownScript };
}
