import type { AddedToken, BpeConfig, TokenizerConfig } from "@qkv/tokenizers";

/** The components of a tokenizer, without what changes no ids: fields of offsets, defaults that are written out, order. */
export type Comparable = Readonly<Record<keyof TokenizerConfig, unknown>>;

/** Some components of a tokenizer.json. */
export type Components = { readonly [Key in keyof TokenizerConfig]?: unknown };

type Json = Readonly<Record<string, unknown>>;

/** The components of a tokenizer in a form in which those that give the same ids are equal. */
export function comparable(json: Components): Comparable {
  const { normalizer, preTokenizer } = spacesOf(component(json.normalizer), component(json.pre_tokenizer));
  return {
    version: null,
    truncation: json.truncation ?? null,
    padding: json.padding ?? null,
    normalizer,
    pre_tokenizer: preTokenizer,
    added_tokens: addedTokens(json, normalizer !== null),
    post_processor: template(json.post_processor),
    decoder: decoder(json.decoder),
    model: json.model === undefined ? null : modelOf(json),
  };
}

/**
 * A Metaspace that cuts nothing as the normalizer that it is in SentencePiece, and in these files: one marks a text's beginning
 * even where it is a space already.
 */
function spacesOf(
  normalizer: unknown,
  preTokenizer: unknown,
): { readonly normalizer: unknown; readonly preTokenizer: unknown } {
  const { type, split, replacement, prepend_scheme: scheme } = (preTokenizer ?? {}) as Json;
  if (type !== "Metaspace" || split !== false || normalizer !== null) return { normalizer, preTokenizer };
  const spaces = { type: "Replace", pattern: { String: " " }, content: replacement };
  const normalizers = scheme === "never" ? [spaces] : [{ type: "Prepend", prepend: replacement }, spaces];
  return { normalizer: component({ type: "Sequence", normalizers }), preTokenizer: null };
}

/** Whether a text's beginning is marked as a word's. */
export function marksBeginning(json: Components): boolean {
  return JSON.stringify(comparable({ normalizer: json.normalizer, pre_tokenizer: json.pre_tokenizer })).includes(
    '"Prepend"',
  );
}

/** The ids of the special tokens before and after a text. */
export function templateEnds(processor: unknown): { readonly first?: number; readonly last?: number } {
  const { single } = template(processor) ?? { single: [] };
  const at = single.findIndex((piece) => typeof piece === "string");
  const [first, last] = [at > 0 ? single[at - 1] : undefined, single[at + 1]];
  return {
    ...(typeof first === "number" && { first }),
    ...(typeof last === "number" && { last }),
  };
}

const OF_OFFSETS = ["trim_offsets"];

/** A component with the fields that ids depend on, sorted; sequences of one are that one. */
function component(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(component);
  if (typeof value !== "object" || value === null) return value ?? null;
  const fields = value as Json;
  const [only, ...others] = (fields["normalizers"] ?? fields["pretokenizers"] ?? fields["decoders"] ?? []) as unknown[];
  if (fields["type"] === "Sequence" && only !== undefined && others.length === 0) return component(only);
  const defaults = fields["type"] === "ByteLevel" ? { add_prefix_space: true, use_regex: true } : {};
  const kept = Object.entries({ ...defaults, ...fields }).filter(([name]) => !OF_OFFSETS.includes(name));
  return Object.fromEntries(kept.sort(byName).map(([name, each]) => [name, component(each)]));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function decoder(value: unknown): unknown {
  const found = component(value) as Json | null;
  return found?.["type"] === "ByteLevel" ? { type: "ByteLevel" } : found;
}

function addedTokens(json: Components, isNormalized: boolean): unknown {
  const tokens = [...((json.added_tokens ?? []) as readonly AddedToken[])].sort((a, b) => a.id - b.id);
  return tokens.map(({ id, content, special, single_word = false, lstrip = false, rstrip = false, ...more }) => [
    ...[id, content, special, single_word, lstrip, rstrip],
    ...[isNormalized && (more.normalized ?? false), more.in_text ?? true],
  ]);
}

interface Template {
  /** Ids of special tokens, and `A` and `B` for the texts. */
  readonly single: readonly (number | string)[];
  readonly pair: readonly (number | string)[];
}

type Piece = { readonly Sequence?: { readonly id: string }; readonly SpecialToken?: { readonly id: string } };

/** A template; null if it adds nothing. */
function template(value: unknown): Template | null {
  const fields = (value ?? {}) as Json;
  if (fields["type"] === "Sequence") {
    const found = (fields["processors"] as unknown[]).map(template).filter((each) => each !== null);
    return found.length > 1 ? { single: found.flatMap(({ single }) => single), pair: [] } : (found[0] ?? null);
  }
  if (fields["type"] === undefined || fields["type"] === "ByteLevel") return null;
  if (fields["type"] !== "TemplateProcessing") return { single: [String(fields["type"])], pair: [] };
  const special = fields["special_tokens"] as Readonly<Record<string, { readonly ids: readonly number[] }>>;
  const pieces = (name: string) =>
    (fields[name] as readonly Piece[]).flatMap(({ Sequence, SpecialToken }): readonly (number | string)[] =>
      Sequence !== undefined ? [Sequence.id] : (special[SpecialToken?.id ?? ""]?.ids ?? []),
    );
  const found = { single: pieces("single"), pair: pieces("pair") };
  return found.single.length === 1 && found.pair.length === 2 ? null : found;
}

function modelOf({ model, added_tokens }: Components): unknown {
  const { type, merges = [], vocab, ...fields } = model as BpeConfig;
  const tokens = new Map<string, number>(Object.entries(vocab));
  for (const { content, id } of (added_tokens ?? []) as readonly AddedToken[]) tokens.set(content, id);
  return {
    type,
    dropout: fields.dropout || null,
    affixes: [fields.continuing_subword_prefix || null, fields.end_of_word_suffix || null],
    ignoreMerges: fields.ignore_merges ?? false,
    byteFallback: fields.byte_fallback ?? false,
    unknown: hasEveryByte(fields.byte_fallback ?? false, tokens)
      ? null
      : [fields.unk_token ?? null, fields.fuse_unk ?? false],
    vocab: [...tokens].sort(([, a], [, b]) => a - b),
    merges: orderedMerges(merges.map((merge) => (typeof merge === "string" ? merge.split(" ") : merge))),
  };
}

/** Merges in their order; those of one piece that follow each other, sorted where their order changes nothing. */
function orderedMerges(merges: readonly (readonly string[])[]): readonly string[] {
  const runs: (readonly string[])[][] = [];
  for (const merge of merges) {
    const run = runs.at(-1);
    if (run?.[0]?.join("") === merge.join("")) run.push(merge);
    else runs.push([merge]);
  }
  return runs.flatMap((run) => {
    const parts = run.map((merge) => merge.join(" "));
    return canOverlap(run) ? parts : parts.sort();
  });
}

/** Whether two of a piece's merges can want the same part: `a aa` and `aa a` of the three parts `a aa a`. */
function canOverlap(run: readonly (readonly string[])[]): boolean {
  const ends = new Set(run.map(([, end]) => end));
  return run.some(([start]) => ends.has(start));
}

/** Whether nothing is unknown: a byte-level vocabulary has every byte as a letter, one that falls back has it as a token. */
function hasEveryByte(fallsBack: boolean, tokens: ReadonlyMap<string, number>): boolean {
  const token = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  return !fallsBack || Array.from({ length: 256 }, (_, byte) => token(byte)).every((each) => tokens.has(each));
}
