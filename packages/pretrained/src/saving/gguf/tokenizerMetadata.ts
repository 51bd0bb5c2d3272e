import type { AddedToken, BpeConfig, Tokenizer, TokenizerConfig } from "@qkv/tokenizers";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { MetadataFields } from "../../gguf/header/metadataFields.ts";
import { PRE_TOKENIZERS } from "../../gguf/preTokenizers.ts";
import { tokenizerOf } from "../../gguf/tokenizer.ts";
import { TOKEN_TYPES } from "../../gguf/vocabulary.ts";
import { comparable, type Comparable, type Components, marksBeginning, templateEnds } from "./comparableTokenizer.ts";
import { count, flag, type Gathered, list, text } from "../../gguf/header/metadataValues.ts";

const KEY = "tokenizer.ggml.";

/**
 * The keys of a tokenizer: byte-level BPE of the kinds that llama.cpp has a name for, or SentencePiece's BPE.
 *
 * @param vocabSize rows of the model's table: ids beyond the tokenizer's are filled up
 * @param config the keys of the model's config, which name some of its tokens
 * @throws PretrainedError naming the component that these files cannot hold
 */
export function tokenizerMetadata(tokenizer: Tokenizer, vocabSize: number, config: Gathered): Gathered {
  const json = tokenizer.toJSON();
  if (json.model.type !== "BPE") refuse("model", "BPE", json.model.type);
  const { model } = json as { model: BpeConfig };
  const isSentencePiece = model.byte_fallback === true;
  const { tokens, types } = vocabularyOf(json, model, vocabSize);
  const metadata: Gathered = new Map([
    [`${KEY}model`, text(isSentencePiece ? "llama" : "gpt2")],
    [`${KEY}pre`, text(isSentencePiece ? "default" : preTokenizerOf(json))],
    [`${KEY}tokens`, list("string", tokens)],
    [`${KEY}token_type`, list("int32", types)],
    ...(isSentencePiece ? sentencePieceKeys(json, model, tokens) : byteLevelKeys(json, model)),
    ...endKeys(json, config),
  ]);
  expectSame(json, new Map([...config, ...metadata]));
  return metadata;
}

function refuse(component: string, expected: string, got: unknown): never {
  const shown = (JSON.stringify(got) ?? "none").slice(0, 120);
  throw new PretrainedError(
    `saveGguf: expected a tokenizer that GGUF files can hold, with ${expected} as its ${component}, got ${shown}`,
  );
}

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

function vocabularyOf(json: TokenizerConfig, model: BpeConfig, vocabSize: number): Vocabulary {
  const added = (json.added_tokens ?? []) as readonly AddedToken[];
  const tokens = new Map<number, string>(Object.entries(model.vocab).map(([token, id]) => [id, token]));
  const types = new Map<number, number>();
  for (const [id, token] of tokens) {
    if (model.byte_fallback && /^<0x[0-9A-F]{2}>$/.test(token)) types.set(id, TOKEN_TYPES.byte);
  }
  for (const { id, content, special } of added) {
    tokens.set(id, content);
    const isUnknown = model.byte_fallback && content === model.unk_token;
    types.set(id, isUnknown ? TOKEN_TYPES.unknown : special ? TOKEN_TYPES.control : TOKEN_TYPES.user);
  }
  const beyond = [...tokens].find(([id]) => id >= vocabSize);
  if (beyond !== undefined) refuse("tokens", `ids below the model's ${vocabSize}`, beyond[0]);
  const ids = Array.from({ length: vocabSize }, (_, id) => id);
  return {
    tokens: ids.map((id) => tokens.get(id) ?? `[PAD${id}]`),
    types: ids.map((id) => (tokens.has(id) ? (types.get(id) ?? TOKEN_TYPES.normal) : TOKEN_TYPES.unused)),
  };
}

/** llama.cpp's name of the way in which a text is cut. */
function preTokenizerOf(json: TokenizerConfig): string {
  const cutting = (parts: Components) => {
    const { normalizer, pre_tokenizer } = comparable(parts);
    return { normalizer, pre_tokenizer };
  };
  const wanted = cutting({ normalizer: json.normalizer, pre_tokenizer: json.pre_tokenizer });
  const found = Object.entries(PRE_TOKENIZERS).find(([, kind]) => {
    const { normalizer, pre_tokenizer } = kind(addsSpace(json));
    return JSON.stringify(cutting({ normalizer, pre_tokenizer })) === JSON.stringify(wanted);
  });
  if (found !== undefined) return found[0];
  return refuse("normalizer and pre_tokenizer", `those of ${Object.keys(PRE_TOKENIZERS).join(", ")}`, wanted);
}

function addsSpace(json: TokenizerConfig): boolean {
  return JSON.stringify(json.pre_tokenizer ?? null).includes('"add_prefix_space":true');
}

function byteLevelKeys(json: TokenizerConfig, model: BpeConfig): [string, ReturnType<typeof text>][] {
  const merges = pairsOf(model).map((pair) => pair.join(" "));
  return [
    [`${KEY}merges`, list("string", merges)],
    [`${KEY}add_space_prefix`, flag(addsSpace(json))],
  ];
}

/**
 * The scores by which merges are ordered: what an earlier one makes is above what a later one makes. Pieces that no merge
 * makes are below all.
 */
function sentencePieceKeys(
  json: TokenizerConfig,
  model: BpeConfig,
  tokens: readonly string[],
): [string, ReturnType<typeof text>][] {
  const ranks = new Map<string, number>();
  for (const pair of pairsOf(model)) {
    const piece = pair.join("");
    if (!ranks.has(piece)) ranks.set(piece, ranks.size);
  }
  const unknown = tokens.indexOf(model.unk_token ?? "");
  return [
    [`${KEY}scores`, list("float32", tokens.map((token) => -(ranks.get(token) ?? ranks.size)))], // prettier-ignore
    [`${KEY}add_space_prefix`, flag(marksBeginning(json))],
    ...(unknown >= 0 ? [[`${KEY}unknown_token_id`, count(unknown)] as [string, ReturnType<typeof text>]] : []),
  ];
}

function pairsOf({ merges }: BpeConfig): readonly (readonly string[])[] {
  return merges.map((merge) => (typeof merge === "string" ? merge.split(" ") : merge));
}

/** Whether texts begin and end with special tokens: with those that the keys of the model name, if it names any. */
function endKeys(json: TokenizerConfig, config: Gathered): [string, ReturnType<typeof text>][] {
  const { first, last } = templateEnds(json.post_processor);
  const ends = Object.entries({ bos: first, eos: last });
  return ends.flatMap(([name, id]) => {
    const key = `${KEY}${name}_token_id`;
    const own: [string, ReturnType<typeof text>][] = [[`${KEY}add_${name}_token`, flag(id !== undefined)]];
    return id === undefined || config.has(key) ? own : [...own, [key, count(id)]];
  });
}

/** Expects what is read back to be the tokenizer that was written, component by component. */
function expectSame(json: TokenizerConfig, metadata: Gathered): void {
  const read = tokenizerOf(new MetadataFields(metadata, "saveGguf")) as unknown as TokenizerConfig;
  const [written, again] = [comparable(json), comparable(read)];
  for (const component of Object.keys(written) as (keyof Comparable)[]) {
    if (JSON.stringify(written[component]) === JSON.stringify(again[component])) continue;
    const [got, expected] = firstDifference(written[component], again[component]);
    refuse(component, (JSON.stringify(expected) ?? "none").slice(0, 120), got);
  }
}

/** The first fields or elements of two values that differ; the values if they are no objects or lists. */
function firstDifference(a: unknown, b: unknown): readonly [unknown, unknown] {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return [a, b];
  const [these, those] = [a, b] as readonly Readonly<Record<string, unknown>>[] as [
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>,
  ];
  const keys = new Set([...Object.keys(these), ...Object.keys(those)]);
  const isElement = Array.isArray(a) && !a.some((each) => typeof each === "object");
  const key = [...keys].find((each) => JSON.stringify(these[each]) !== JSON.stringify(those[each]));
  return key === undefined || isElement ? [a, b] : firstDifference(these[key], those[key]);
}
