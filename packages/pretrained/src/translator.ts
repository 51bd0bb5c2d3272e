import { generate, type GenerationOptions, type Seq2SeqModel } from "@qkv/transformer";
import { batchesBySize, type BatchLimits } from "./batchesBySize.ts";
import { type Piece, splitText } from "./splitText.ts";
import type { TranslationTokenizer } from "./translationTokenizer.ts";

/** What a translator is made of beside its model and tokenizer. */
export interface TranslatorOptions {
  /** The most tokens that the model takes, as a source and as a target, special ones included. */
  readonly maxPositions: number;
  /** How to search, unless a call says otherwise. */
  readonly generation?: GenerationOptions;
  /** The source language, for where its sentences end. */
  readonly locale?: string;
  /** Sentences of a paragraph are translated together up to this many tokens. Default 0: each by itself. */
  readonly joinTokens?: number;
  readonly batch?: BatchLimits;
}

/** How to translate. */
export interface TranslateOptions {
  /** How many beams the search keeps. */
  readonly beams?: number;
  /** A beam's score is its log-probability divided by its length to this power. Left out: as the model's folder says. */
  readonly lengthPenalty?: number;
  /** The most tokens a sentence's translation may have. Left out: plenty for the length of its source. */
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
  /** Hears how many of the sentences are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a text became. */
export interface Translation {
  readonly translation: string;
  /** The log-probability of the translation by token: for several sentences their mean, weighted by tokens. */
  readonly score: number;
  /** Special tokens included, so that an end token closes each sentence. */
  readonly tokens: { readonly source: readonly string[]; readonly target: readonly string[] };
  /** How many sentences ran into `maxTokens`, and may have lost their end. */
  readonly truncated: number;
}

/** How to translate sentence by sentence. */
export interface SentenceOptions extends Omit<TranslateOptions, "onProgress"> {
  /** How many translations each sentence gets, at most as many as beams. Default 1. */
  readonly alternatives?: number;
  /** Begins behind this many sentences: those of a run that was stopped. Default 0. */
  readonly skip?: number;
  /**
   * How many sentences in a row go through the model together, which is faster and gives the same; the first goes alone, so
   * that it is there at once. Default 8.
   */
  readonly batchSize?: number;
  /** Hears the likeliest beginnings of the sentences under way, with their spaces; a beam search may yet take them back. */
  readonly onPartial?: (text: string) => void;
  /** Hears how many sentences the text has, once it is split. */
  readonly onTotal?: (total: number) => void;
}

/** A sentence of a text and what became of it. */
export interface TranslatedSentence {
  /** The white space before it, which is kept as it is. */
  readonly space: string;
  /** Empty only for white space at the end of a text. */
  readonly source: string;
  readonly tokens: readonly string[];
  /** Best first. Empty if there is nothing to translate. */
  readonly translations: readonly SentenceTranslation[];
}

/** One of the ways to translate a sentence. */
export interface SentenceTranslation {
  readonly text: string;
  /** With the end token. */
  readonly tokens: readonly string[];
  /** The search's: log-probability by token, as `lengthPenalty` has it. */
  readonly score: number;
  /** It ran into `maxTokens`, and may have lost its end. */
  readonly truncated: boolean;
}

/** A piece of a text with its tokens; none if it is white space alone. */
interface EncodedPiece {
  readonly space: string;
  readonly source: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}

/** One sentence on its way through the model. */
interface Sentence {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  target?: SentenceTranslation | undefined;
}

/**
 * Translates texts of any length: sentence by sentence, in batches of about the same length, joined again by the very
 * white space that stood between them. An empty text stays empty.
 */
export class Translator {
  readonly model: Seq2SeqModel;
  readonly tokenizer: TranslationTokenizer;
  readonly options: TranslatorOptions;

  constructor(model: Seq2SeqModel, tokenizer: TranslationTokenizer, options: TranslatorOptions) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.options = options;
  }

  /**
   * A text of any length.
   *
   * @throws the signal's reason if it is aborted
   */
  async translate(text: string, options: TranslateOptions = {}): Promise<Translation> {
    const [translation] = await this.translateAll([text], options);
    return translation as Translation;
  }

  /** Many texts at once, which is faster than one after the other: their sentences share batches. */
  async translateAll(texts: readonly string[], options: TranslateOptions = {}): Promise<Translation[]> {
    options.signal?.throwIfAborted();
    const pieces = texts.map((text) => this.#split(text));
    const sentences = pieces.map((of) => of.map(({ text }) => (text === "" ? undefined : this.#encode(text))));
    await this.#translateSentences(
      sentences.flat().filter((sentence) => sentence !== undefined),
      options,
    );
    return texts.map((_, i) => join(pieces[i] ?? [], sentences[i] ?? []));
  }

  /**
   * One sentence after the other, from the text's beginning on, each as soon as it is there. `space` and the first of the
   * `translations` of all of them, one after the other, are the translation.
   */
  async *sentences(
    text: string,
    { skip = 0, batchSize = 8, onTotal, onPartial, ...options }: SentenceOptions = {},
  ): AsyncGenerator<TranslatedSentence, void, undefined> {
    options.signal?.throwIfAborted();
    const pieces = this.#split(text);
    onTotal?.(pieces.length);
    for (const together of this.#batchesInOrder(pieces.slice(skip), batchSize)) {
      const begun = together.map(() => "");
      const onStep: GenerationOptions["onStep"] = (likeliest) => {
        for (const { source, ids } of likeliest) begun[source] = this.tokenizer.decode(ids.slice(1)).text;
        onPartial?.(together.map(({ space }, i) => (begun[i] === "" ? "" : `${space}${begun[i]}`)).join(""));
      };
      // White space stands at the end of a text only: what is searched has the rows of what is read.
      const sources = together.flatMap(({ ids }) => (ids.length > 0 ? [ids] : []));
      const found = sources.length > 0 ? await this.#search(sources, options, onPartial && onStep) : [];
      for (const [i, { space, source, tokens }] of together.entries()) {
        yield { space, source, tokens, translations: found[i] ?? [] };
      }
    }
  }

  /** Pieces in a row that go through the model together: one, then two, and at last `most`. */
  *#batchesInOrder(pieces: readonly Piece[], most: number): Generator<EncodedPiece[], void, undefined> {
    const { maxPadded } = this.#limits;
    let [batch, size] = [[] as EncodedPiece[], 1];
    for (const { space, text: source } of pieces) {
      const { ids, tokens } = source === "" ? { ids: [], tokens: [] } : this.#encode(source);
      const longest = lengthClass(ids.length);
      const fits = batch.length < size && (batch.length + 1) * longest <= maxPadded;
      if (batch.length > 0 && !(fits && batch.every((other) => lengthClass(other.ids.length) === longest))) {
        yield batch;
        [batch, size] = [[], Math.min(2 * size, most)];
      }
      batch.push({ space, source, ids, tokens });
    }
    if (batch.length > 0) yield batch;
  }

  get #limits(): BatchLimits {
    return this.options.batch ?? { maxItems: 32, maxPadded: 1024 };
  }

  #split(text: string): Piece[] {
    const { maxPositions, joinTokens = 0, locale } = this.options;
    const countTokens = (part: string) => this.tokenizer.encode(part).ids.length;
    return splitText(text, { countTokens, maxTokens: maxPositions, joinTokens, locale });
  }

  #encode(text: string): Sentence {
    const { ids, tokens } = this.tokenizer.encode(text);
    return { ids, tokens };
  }

  async #translateSentences(
    sentences: readonly Sentence[],
    { onProgress, ...options }: TranslateOptions,
  ): Promise<void> {
    const total = sentences.length;
    let done = 0;
    const lengths = sentences.map(({ ids }) => ids.length);
    for (const indices of batchesBySize(lengths, this.#limits, lengthClass)) {
      await this.#translateBatch(
        indices.map((index) => sentences[index] as Sentence),
        options,
      );
      done += indices.length;
      onProgress?.({ done, total });
    }
  }

  async #translateBatch(sentences: readonly Sentence[], options: TranslateOptions): Promise<void> {
    const found = await this.#search(
      sentences.map(({ ids }) => ids),
      options,
    );
    for (const [i, sentence] of sentences.entries()) sentence.target = found[i]?.[0];
  }

  /** The translations of each sentence, best first. */
  async #search(
    sources: readonly (readonly number[])[],
    { beams, lengthPenalty, maxTokens, alternatives = 1, signal }: SentenceOptions,
    onStep?: GenerationOptions["onStep"],
  ): Promise<SentenceTranslation[][]> {
    const { generation, maxPositions } = this.options;
    const plenty = generation?.maxNewTokens ?? 2 * lengthClass(Math.max(...sources.map(({ length }) => length))) + 32;
    const { maxLength = Infinity } = this.model.generation;
    const room = Math.min(maxLength - 1, maxPositions); // the start token counts in maxLength
    const maxNewTokens = Math.min(maxTokens ?? plenty, room);
    const found = await generate(this.model, sources, {
      ...generation,
      maxNewTokens,
      numReturnSequences: Math.min(alternatives, beams ?? generation?.numBeams ?? 1),
      ...(beams !== undefined && { numBeams: beams }),
      ...(lengthPenalty !== undefined && { lengthPenalty }),
      ...(signal !== undefined && { signal }),
      ...(onStep !== undefined && { onStep }),
    });
    return found.map((sequences) =>
      sequences.map(({ ids, score }) => ({
        ...this.tokenizer.decode(ids.slice(1)),
        ...{ score, truncated: ids.length > maxNewTokens },
      })),
    );
  }
}

/**
 * The length that a sentence is given room for: it is the same for sentences of about the same length, so that a sentence
 * that runs out of room does so at the same token whichever it is translated with.
 */
function lengthClass(tokens: number): number {
  let size = 48; // more than all but a few sentences have
  while (size < tokens) size *= 2;
  return size;
}

function join(pieces: readonly Piece[], sentences: readonly (Sentence | undefined)[]): Translation {
  const source: string[] = [];
  const target: string[] = [];
  let [translation, score, truncated] = ["", 0, 0];
  for (const [i, { space }] of pieces.entries()) {
    const sentence = sentences[i];
    translation += space + (sentence?.target?.text ?? "");
    source.push(...(sentence?.tokens ?? []));
    target.push(...(sentence?.target?.tokens ?? []));
    score += (sentence?.target?.score ?? 0) * (sentence?.target?.tokens.length ?? 0);
    if (sentence?.target?.truncated) truncated++;
  }
  return { translation, score: score / Math.max(target.length, 1), tokens: { source, target }, truncated };
}
