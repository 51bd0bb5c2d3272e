import type { Tokenizer } from "@qkv/tokenizers";
import type { WhisperModel } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { type PromptDefaults, promptDefaults } from "./promptDefaults.ts";

/** The special tokens of a Whisper. */
export interface WhisperTokens {
  /** The token that a text begins with. */
  readonly start: number;
  readonly end: readonly number[];
  /** The ids of languages by their codes; none of a model that knows English alone. */
  readonly languages: ReadonlyMap<string, number>;
  /** Absent of a model that knows English alone. */
  readonly tasks?: { readonly transcribe: number; readonly translate: number };
  readonly noTimestamps: number;
  /** The probability of this one says that nobody speaks. */
  readonly noSpeech: number;
  /** The token of 0 seconds; those behind it are of 0.02 seconds more each. */
  readonly timestampBegin: number;
  /** The latest first timestamp, in steps of 0.02 seconds. */
  readonly maxInitialTimestamp?: number;
  /** The language and the task of the files, where nobody asks for others. */
  readonly defaults?: PromptDefaults;
  /** Heads of the decoder's cross-attention that follow the sound; absent if nobody has looked for them. */
  readonly alignmentHeads?: readonly AlignmentHead[];
}

/** A head of the decoder's cross-attention. */
export interface AlignmentHead {
  readonly layer: number;
  readonly head: number;
}

/** Seconds from timestamp to timestamp. */
export const TIME_STEP = 0.02;

/** Reads the special tokens of a model from its `generation_config.json` and its tokenizer. @throws PretrainedError naming what is missing */
export function whisperTokens(
  name: string,
  tokenizer: Tokenizer,
  generation: Readonly<Record<string, unknown>>,
  {
    generation: { decoderStartTokenId, eosTokenId },
    config: { decoderLayers, decoderHeads },
  }: Pick<WhisperModel, "generation" | "config">,
): WhisperTokens {
  const tokenOf = (field: string, token: string): number => {
    const id = generation[field] ?? tokenizer.tokenToId(token);
    if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return id;
    throw new PretrainedError(`${name}/generation_config.json: expected ${field}, or a token ${token}, got neither`);
  };
  const noTimestamps = tokenOf("no_timestamps_token_id", "<|notimestamps|>");
  const languages = languagesOf(tokenizer, generation);
  const initial = generation["max_initial_timestamp_index"];
  const alignmentHeads = alignmentHeadsOf(name, generation["alignment_heads"], decoderLayers, decoderHeads);
  const tasks = languages.size > 0 ? { transcribe: taskOf("transcribe"), translate: taskOf("translate") } : undefined;
  return {
    start: decoderStartTokenId,
    end: typeof eosTokenId === "number" ? [eosTokenId] : eosTokenId,
    languages,
    ...(tasks && { tasks }),
    noTimestamps,
    noSpeech: noTimestamps - 1,
    timestampBegin: noTimestamps + 1,
    ...(typeof initial === "number" && { maxInitialTimestamp: initial }),
    defaults: promptDefaults(`${name}/generation_config.json`, generation, {
      languages,
      noTimestamps,
      ...(tasks && { tasks }),
    }),
    ...(alignmentHeads && { alignmentHeads }),
  };

  function taskOf(task: string): number {
    const ids = generation["task_to_id"] as Readonly<Record<string, unknown>> | null | undefined;
    const id = ids?.[task] ?? tokenizer.tokenToId(`<|${task}|>`);
    if (typeof id === "number") return id;
    throw new PretrainedError(`${name}/tokenizer.json: expected a token <|${task}|>, got none`);
  }
}

/** @throws PretrainedError naming a head that the decoder does not have */
function alignmentHeadsOf(
  name: string,
  given: unknown,
  layers: number,
  heads: number,
): readonly AlignmentHead[] | undefined {
  if (given === undefined || given === null) return undefined;
  const isBelow = (value: unknown, count: number) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < count; // prettier-ignore
  const isHead = (pair: unknown): pair is [number, number] =>
    Array.isArray(pair) && pair.length === 2 && isBelow(pair[0], layers) && isBelow(pair[1], heads);
  const pairs: readonly unknown[] = Array.isArray(given) ? given : [given];
  const bad = pairs.find((pair) => !isHead(pair)) ?? (pairs.length === 0 ? given : undefined);
  if (bad === undefined) return (pairs as [number, number][]).map(([layer, head]) => ({ layer, head }));
  throw new PretrainedError(
    `${name}/generation_config.json: expected alignment_heads to be pairs of a layer below ${layers} and a head below ${heads}, got ${JSON.stringify(bad)}`,
  );
}

/** The languages of a multilingual model. */
function languagesOf(tokenizer: Tokenizer, generation: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  if (generation["is_multilingual"] === false) return new Map();
  const given = generation["lang_to_id"] as Readonly<Record<string, unknown>> | null | undefined;
  const entries = Object.entries(given ?? {}).flatMap(([token, id]) => {
    const code = /^<\|([a-z]{2,4})\|>$/.exec(token)?.[1];
    return code !== undefined && typeof id === "number" ? [[code, id] as const] : [];
  });
  if (entries.length > 0) return new Map(entries);
  const found = CODES.map((code) => [code, tokenizer.tokenToId(`<|${code}|>`)] as const);
  const known = found.filter((entry): entry is [string, number] => entry[1] !== undefined);
  return new Map(known.length > 1 ? known : []);
}

/** Languages whose tokens are looked for where no file lists them: those that most people speak. */
const CODES = [
  "en",
  "zh",
  "de",
  "es",
  "ru",
  "ko",
  "fr",
  "ja",
  "pt",
  "tr",
  "pl",
  "ca",
  "nl",
  "ar",
  "sv",
  "it",
  "id",
  "hi",
];
