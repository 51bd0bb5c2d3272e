import type { AddedToken } from "../addedTokens/addedTokens.ts";
import { Json, parseJson } from "../json/configValue.ts";
import { tokenizerClassOf } from "./tokenizerClass.ts";

const CONFIG = "tokenizer_config.json";
const ADDED = "added_tokens.json";
const SPECIAL = "special_tokens_map.json";
/** Fields of special tokens common to all classes, in their order. */
export const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** A token without its id, which the vocabulary decides. */
export interface TokenFlags extends Omit<AddedToken, "id"> {
  /** Whether a file has only its text. */
  readonly isText?: boolean;
}

/** The files beside a vocabulary or a tokenizer.json, as Hugging Face's libraries read them. */
export interface SideFiles {
  /** `tokenizer_config.json`; empty if there is none. */
  readonly config: Json;
  /** `config.json`; empty if there is none. */
  readonly model: Json;
  /** The class that AutoTokenizer chooses; undefined if no file names one. */
  readonly tokenizerClass: string | undefined;
  /** Added tokens in the order of their ids. */
  readonly added: readonly TokenFlags[];
  /** Special tokens by field, `bos_token`; null for one that a file sets to none. */
  readonly named: ReadonlyMap<string, TokenFlags | null>;
  /** Unnamed special tokens; undefined if tokenizer_config.json does not list them. */
  readonly extra: readonly TokenFlags[] | undefined;
  /** Those of special_tokens_map.json, used if there is no such list. */
  readonly additional: readonly TokenFlags[] | undefined;
}

/** Reads the side files. @param json the tokenizer.json beside them, and its text, if there is one */
export async function readSideFiles(
  read: (name: string) => Promise<string | undefined>,
  tokenizer?: { readonly json: Json; readonly isByteLevel: boolean },
): Promise<SideFiles> {
  const open = async (name: string): Promise<Json> => new Json(parseJson((await read(name)) ?? "{}", name), name);
  const [config, model] = [await open(CONFIG), await open("config.json")];
  const decoder = config.at("added_tokens_decoder");
  const isOlder = decoder.isAbsent;
  const map = isOlder ? await open(SPECIAL) : new Json({}, SPECIAL);
  const extra = extraTokens(config, map);
  const special = new Set([...named(config, map, new Map()).values(), ...(extra ?? [])].map((token) => token?.content));
  const added = isOlder
    ? new Map([
        ...addedTokens(await open(ADDED), special),
        ...(tokenizer?.json.at("added_tokens").or([], listedTokens) ?? []),
      ])
    : decodedTokens(decoder);
  const tokens = [...added].sort(([a], [b]) => a - b).map(([, token]) => token);
  const known = new Map(tokens.map((token) => [token.content, token]));
  const isByteLevel = tokenizer?.isByteLevel ?? false;
  const tokenizerClass = tokenizerClassOf({ config, model, isByteLevel });
  const list = [map, config].map((json) => json.at("additional_special_tokens")).find((json) => json.isArray());
  const additional = list && tokensOf(list);
  return { config, model, tokenizerClass, added: tokens, named: named(config, map, known), extra, additional };
}

/** The named special tokens; the map takes precedence over the configuration. */
function named(config: Json, map: Json, known: ReadonlyMap<string, TokenFlags>): Map<string, TokenFlags | null> {
  const [ofConfig, ofMap] = [config.object(), map.object()];
  const fields = new Set([...NAMED, ...Object.keys(ofConfig).filter((name) => isOwnToken(name, ofConfig[name]))]);
  const extra = config.at("extra_special_tokens");
  const found = new Map<string, TokenFlags | null>();
  for (const field of fields) {
    const json = Object.hasOwn(ofMap, field)
      ? map.at(field)
      : Object.hasOwn(ofConfig, field)
        ? config.at(field)
        : undefined;
    if (json === undefined) continue;
    const token = json.isAbsent ? null : specialToken(json);
    found.set(field, token && NAMED.includes(field) ? (known.get(token.content) ?? token) : token);
  }
  if (!extra.isAbsent && !extra.isArray()) {
    for (const name of Object.keys(extra.object())) found.set(name, specialToken(extra.at(name)));
  }
  return found;
}

/** Whether a field is a model-specific special token: `image_token`. */
function isOwnToken(name: string, value: unknown): boolean {
  return name.endsWith("_token") && typeof value === "string";
}

function extraTokens(config: Json, map: Json): TokenFlags[] | undefined {
  const [extra, additional, more] = [config.at("extra_special_tokens"), config.at("additional_special_tokens"), map.at("extra_special_tokens")]; // prettier-ignore
  const listed = [extra, additional].map(tokensOf).find((tokens) => tokens.length > 0) ?? [];
  const isListed = !extra.isAbsent ? extra.isArray() : Object.hasOwn(config.object(), "additional_special_tokens");
  return isListed || more.isArray() ? [...listed, ...tokensOf(more)] : undefined;
}

/** Reads the tokens of a list; none of anything else. */
function tokensOf(json: Json): TokenFlags[] {
  return json.isArray() ? json.items().map(specialToken) : [];
}

/** Reads a special token: its text, or its text with flags. */
function specialToken(json: Json): TokenFlags {
  if (typeof json.value !== "object") return plainSpecial(json.string());
  return flagsOf(json, true);
}

/** A special token with default flags for its text. */
export function plainSpecial(content: string): TokenFlags {
  return { content, special: true, normalized: false, single_word: false, lstrip: false, rstrip: false, isText: true };
}

function flagsOf(json: Json, special: boolean): TokenFlags {
  const flag = (name: string): boolean => json.at(name).booleanOr(false);
  return {
    content: json.at("content").string(),
    special,
    normalized: json.at("normalized").booleanOr(!special),
    single_word: flag("single_word"),
    lstrip: flag("lstrip"),
    rstrip: flag("rstrip"),
  };
}

type NumberedToken = readonly [id: number, token: TokenFlags];

/** Reads `added_tokens.json`: each token and its id. */
function addedTokens(json: Json, special: ReadonlySet<string | undefined>): NumberedToken[] {
  return Object.keys(json.object()).map((content) => {
    const isSpecial = special.has(content);
    return [
      json.at(content).id(),
      { ...plainSpecial(content), special: isSpecial, normalized: !isSpecial, isText: false },
    ];
  });
}

/** Reads `added_tokens` of a tokenizer.json. */
function listedTokens(json: Json): NumberedToken[] {
  return json.items().map((token) => [token.at("id").id(), flagsOf(token, token.at("special").booleanOr(false))]);
}

/** Reads `added_tokens_decoder`: by id, each token and its flags. */
function decodedTokens(json: Json): Map<number, TokenFlags> {
  return new Map(
    Object.keys(json.object()).map((key) => {
      const token = json.at(key);
      const id = new Json(Number(key), token.path).id();
      return [id, flagsOf(token, token.at("special").booleanOr(false))];
    }),
  );
}
