import { checkOptions, checkRecord } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import { generate, type GenerationOptions, type GenerativeModel, generateStream } from "@qkv/transformer";
import { checkList } from "../../loading/argumentChecks.ts";
import type { ChatTemplate } from "../../loading/chatTemplate.ts";
import { TOOL_USE } from "./chatRenderer.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { type EncodedPrompt, encodePrompt, type Prompt } from "./encodedPrompt.ts";
import type { FinishReason, GeneratedText } from "./generatedText.ts";
import { GENERATE_TEXT, type GenerateTextOptions } from "./generateOptions.ts";
import { stopAt } from "./stopStrings.ts";
import { WrittenText } from "./writtenText.ts";

/** What a generator is made of. */
export interface TextGeneratorParts {
  /** The model's name, for messages. */
  readonly name: string;
  readonly model: GenerativeModel;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate?: ChatTemplate | undefined;
  /** The most tokens of a source that an encoder reads. Default any number. */
  readonly sourcePositions?: number | undefined;
  /** Options where none are given. */
  readonly defaults?: GenerationOptions | undefined;
}

/** The most new tokens where neither the options nor the model's files say it. */
const NEW_TOKENS = 256;

/** Generates texts with a decoder-only model or an encoder-decoder, which stays the caller's. */
export class TextGenerator {
  readonly #parts: TextGeneratorParts;

  constructor(parts: TextGeneratorParts) {
    checkRecord("TextGenerator", "parts", parts);
    this.#parts = parts;
  }

  get model(): GenerativeModel {
    return this.#parts.model;
  }

  get tokenizer(): Tokenizer {
    return this.#parts.tokenizer;
  }

  /** The options where none are given: those of the model's files. */
  get defaults(): GenerationOptions {
    return this.#parts.defaults ?? {};
  }

  /** Whether prompts may be messages: the model has a chat template. */
  get hasChat(): boolean {
    return this.#parts.chatTemplate !== undefined;
  }

  /** Whether the model's chat template tells it of tools: the variable `tools`. */
  get takesTools(): boolean {
    const { template = "", named } = this.#parts.chatTemplate ?? {};
    return /\btools\b/.test(named?.[TOOL_USE] ?? template);
  }

  /** The tokens that end a text, with these options. */
  endTokenIds({ eosTokenId = this.#parts.defaults?.eosTokenId }: GenerateTextOptions = {}): readonly number[] {
    return [eosTokenId ?? this.model.generation.eosTokenId].flat();
  }

  /** Generates the text that follows on a prompt. @throws the signal's reason if it is aborted */
  async generate(prompt: Prompt, options: GenerateTextOptions = {}): Promise<GeneratedText> {
    checkOptions("generate", options, GENERATE_TEXT);
    const run = await this.#run("generate", await this.#encode("generate", prompt, options), options);
    const { onToken } = options;
    if (onToken !== undefined) return lastOf(this.#stream(run, onToken));
    const [[sequence] = []] = await generate(this.#parts.model, [run.prompt.ids], run.settings);
    return this.#resultOf(run, sequence?.ids ?? [], sequence?.score ?? 0);
  }

  /**
   * Generates the same text piece by piece, as it comes; a character of several tokens comes whole. Leaving the loop early ends
   * the generation. The stream's return value is what {@link generate} gives.
   *
   * @throws RangeError for a beam search, whose text is known only at the end
   */
  async *stream(prompt: Prompt, options: GenerateTextOptions = {}): AsyncGenerator<string, GeneratedText, undefined> {
    checkOptions("stream", options, GENERATE_TEXT);
    const run = await this.#run("stream", await this.#encode("stream", prompt, options), options);
    return yield* this.#stream(run, options.onToken);
  }

  /** Generates a text for each prompt, in their order; prompts of the same number of tokens go together. */
  async generateBatch(prompts: readonly Prompt[], options: GenerateTextOptions = {}): Promise<GeneratedText[]> {
    checkOptions("generateBatch", options, GENERATE_TEXT);
    checkList("generateBatch", "prompts", prompts);
    for (const name of ["onToken", "cache"] as const) {
      if (options[name] === undefined) continue;
      throw new RangeError(`generateBatch: expected no ${name}, which is for one prompt, got one`);
    }
    const encoded = await Promise.all(prompts.map((prompt) => this.#encode("generateBatch", prompt, options)));
    const found: GeneratedText[] = [];
    for (const places of this.#groups(encoded)) {
      const group = places.map((place) => encoded[place] as EncodedPrompt);
      const runs = await Promise.all(group.map((prompt) => this.#run("generateBatch", prompt, options)));
      const settings = runs[0]?.settings ?? {};
      const sequences = await generate(
        this.#parts.model,
        group.map(({ ids }) => ids),
        settings,
      );
      for (const [i, place] of places.entries()) {
        const best = sequences[i]?.[0];
        found[place] = this.#resultOf(runs[i] as Run, best?.ids ?? [], best?.score ?? 0);
      }
    }
    return found;
  }

  /** Begins a conversation, which owns a cache: each answer reads only what is new. The caller disposes of it. */
  startConversation(options: ConversationOptions = {}): Conversation {
    return new Conversation(this, options);
  }

  /** The places of prompts that are decoded as a batch: of one length, or for an encoder of any. */
  #groups(encoded: readonly EncodedPrompt[]): readonly (readonly number[])[] {
    const groups = new Map<number, number[]>();
    for (const [place, { ids }] of encoded.entries()) {
      const length = "encode" in this.#parts.model ? 0 : ids.length;
      groups.set(length, [...(groups.get(length) ?? []), place]);
    }
    return [...groups.values()].flatMap((places) => chunks(places, BATCH));
  }

  #encode(who: string, prompt: Prompt, options: GenerateTextOptions): Promise<EncodedPrompt> {
    const { model, tokenizer, chatTemplate, sourcePositions = Infinity, name } = this.#parts;
    const { maxPositions = Infinity } = model.generation;
    const isSource = "encode" in model;
    const limit = isSource ? sourcePositions : maxPositions - 1; // one for a new token
    const { maxNewTokens = NEW_TOKENS } = { ...this.#parts.defaults, ...options };
    const kept = isSource ? limit : maxPositions - Math.min(maxNewTokens, Math.ceil(maxPositions / 2));
    const bosTokenId = "encode" in model ? undefined : model.generation.bosTokenId;
    const encoder = { who: `${who}: ${name}`, tokenizer, chatTemplate, limit, kept, bosTokenId };
    return encodePrompt(prompt, encoder, options);
  }

  async #run(who: string, prompt: EncodedPrompt, options: GenerateTextOptions): Promise<Run> {
    const { model, tokenizer, defaults = {} } = this.#parts;
    const {
      json,
      sampling,
      tooLong: _,
      templateVariables: _variables,
      templateName: _name,
      onToken: _onToken,
      ...given
    } = options;
    const merged = withoutUndefined({ ...defaults, ...withoutUndefined(given) });
    const { stopStrings = [], decode: _decode, sampling: usual, ...others } = merged;
    const eosTokenIds = this.endTokenIds(options);
    const draws = sampling === null ? undefined : sampling === undefined ? usual : { ...usual, ...sampling };
    const limits = this.#lengths(prompt.ids.length, others);
    const promptLength = "encode" in model ? 1 : prompt.ids.length;
    const subject = { tokenizer, eosTokenIds, promptLength };
    const constraint =
      json === undefined ? undefined : (await import("./json/jsonConstraint.ts")).jsonConstraint(who, json, subject);
    const decodeAll = (ids: readonly number[]) => tokenizer.decode(ids, { skipSpecialTokens: false });
    const stops = stopStrings.length > 0 ? stopAt(stopStrings, decodeAll) : undefined;
    const stoppingCriteria = [...(stops ? [stops] : []), ...(constraint ? [constraint.isComplete] : [])];
    return {
      prompt,
      stopStrings,
      promptLength,
      finishOf: (ids) => {
        if (eosTokenIds.includes(ids.at(-1) as number)) return "stop";
        if (stops?.(ids, promptLength)) return "stopString";
        return constraint?.isComplete(ids, promptLength) ? "stop" : "length";
      },
      settings: {
        ...others,
        ...limits,
        ...(draws !== undefined && { sampling: draws }),
        numReturnSequences: 1,
        ...(constraint && { logitsProcessors: [...(others.logitsProcessors ?? []), constraint.processor] }),
        stoppingCriteria: [...(others.stoppingCriteria ?? []), ...stoppingCriteria],
      },
    };
  }

  /** How many tokens may come: as asked for, as the model's files say, or {@link NEW_TOKENS}, as far as there are positions. */
  #lengths(
    promptTokens: number,
    { maxNewTokens, maxLength, contextShift }: GenerationOptions,
  ): Pick<GenerationOptions, "maxNewTokens"> {
    const { model, defaults } = this.#parts;
    const begun = "encode" in model ? 1 : promptTokens;
    const { maxPositions = Infinity } = model.generation;
    // What a file says of the whole length is passed over where a prompt is longer.
    const isOfFile = maxLength === defaults?.maxLength;
    const isLength = maxLength !== undefined && !(isOfFile && maxLength <= begun);
    const wanted = maxNewTokens ?? (isLength ? maxLength - begun : NEW_TOKENS);
    return { maxNewTokens: contextShift ? wanted : Math.min(wanted, maxPositions - begun) };
  }

  async *#stream(run: Run, onToken?: (id: number) => void): AsyncGenerator<string, GeneratedText, undefined> {
    const { model, tokenizer } = this.#parts;
    const written = new WrittenText(tokenizer, this.#contextOf(run), run.stopStrings);
    const tokens = generateStream(model, run.prompt.ids, run.settings);
    try {
      for (;;) {
        const step = await tokens.next();
        if (step.done) {
          const rest = written.end();
          if (rest !== "") yield rest;
          return this.#resultOf(run, step.value.ids, step.value.score);
        }
        onToken?.(step.value);
        const piece = written.push(step.value);
        if (piece !== "") yield piece;
      }
    } finally {
      await tokens.return(undefined as never);
    }
  }

  #resultOf(run: Run, sequence: readonly number[], score: number): GeneratedText {
    const { prompt, promptLength, stopStrings, finishOf } = run;
    const ids = sequence.slice(promptLength);
    const written = new WrittenText(this.#parts.tokenizer, this.#contextOf(run), stopStrings);
    for (const id of ids) written.push(id);
    written.end();
    const counts = { promptTokens: prompt.ids.length, newTokens: ids.length, cutTokens: prompt.cutTokens };
    return { text: written.text, ids, score, finishReason: finishOf(sequence), ...counts };
  }

  /** The tokens that the new text follows on: none of an encoder-decoder. */
  #contextOf({ prompt }: Run): readonly number[] {
    return "encode" in this.#parts.model ? [] : prompt.ids;
  }
}

/** The most prompts in a batch. */
const BATCH = 16;

/** A prompt with the settings of its search. */
interface Run {
  readonly prompt: EncodedPrompt;
  readonly settings: GenerationOptions;
  readonly stopStrings: readonly string[];
  /** The number of tokens that the sequence begins with. */
  readonly promptLength: number;
  finishOf(sequence: readonly number[]): FinishReason;
}

async function lastOf<T>(stream: AsyncGenerator<unknown, T, undefined>): Promise<T> {
  for (;;) {
    const step = await stream.next();
    if (step.done) return step.value;
  }
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
