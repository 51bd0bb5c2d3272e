import { Json, parseJson } from "./json.ts";
import type { TokenizerConfig } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";

type Added = NonNullable<TokenizerConfig["added_tokens"]>;

const CONFIG = "tokenizer_config.json";
const ADDED = "added_tokens.json";
const SPECIAL = "special_tokens_map.json";
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** What stands beside a vocabulary, in the files that older versions of Hugging Face's libraries wrote. */
export interface SideFiles {
  /** `tokenizer_config.json`; empty if there is none. */
  readonly config: Json;
  /** Added tokens in the order of their ids, special ones that no list has behind them. */
  readonly added: Added;
  /** The class that the files were made for, without `Fast`. */
  readonly tokenizerClass: string | undefined;
}

/**
 * Reads them.
 *
 * @param listsInMap whether the additional tokens of special_tokens_map.json count, which they do not beside a SentencePiece
 *   file
 */
export async function readSideFiles(
  text: (name: string) => Promise<string | undefined>,
  listsInMap = true,
): Promise<SideFiles> {
  const read = async (name: string): Promise<Json> => new Json(parseJson((await text(name)) ?? "{}", name), name);
  const config = await read(CONFIG);
  const decoder = config.at("added_tokens_decoder");
  const map = decoder.isAbsent ? await read(SPECIAL) : config;
  const special = specialTokens(config, map, listsInMap ? [config, map] : [config]);
  const added = decoder.isAbsent ? addedTokens(await read(ADDED), new Set(special)) : decodedTokens(decoder);
  const known = new Set(added.map(({ content }) => content));
  const others = special.filter((content) => !known.has(content)).map((content) => ({ id: 0, content, special: true }));
  const name = config.at("tokenizer_class").stringOr(undefined);
  return { config, added: [...added, ...others], tokenizerClass: name?.replace(/Fast$/, "") };
}

/** Refuses what changes ids and is not understood: a class, or a field that is not as it is without it. */
export function expectUnderstood(
  { config, tokenizerClass }: SideFiles,
  classes: readonly string[],
  neutral: Readonly<Record<string, readonly unknown[]>>,
): void {
  if (tokenizerClass !== undefined && !classes.includes(tokenizerClass)) {
    throw new TokenizerError(
      `${CONFIG}.tokenizer_class: expected one of ${classes.join(", ")} for these files, got "${tokenizerClass}" (a tokenizer.json would say what it does)`,
    );
  }
  for (const [name, values] of Object.entries(neutral)) {
    const field = config.at(name);
    if (!field.isAbsent && !values.some((value) => JSON.stringify(value) === JSON.stringify(field.value))) {
      throw field.expected(values.map((value) => JSON.stringify(value)).join(" or "));
    }
  }
}

/** `added_tokens.json`: each token and its id. */
function addedTokens(json: Json, special: ReadonlySet<string>): Added {
  return Object.keys(json.object())
    .map((content) => {
      const isSpecial = special.has(content);
      return { id: json.at(content).id(), content, special: isSpecial, normalized: !isSpecial };
    })
    .sort((a, b) => a.id - b.id);
}

/** `added_tokens_decoder`: by id, each token and its flags. */
function decodedTokens(json: Json): Added {
  return Object.keys(json.object())
    .map((key) => {
      const token = json.at(key);
      const flag = (name: string): boolean => token.at(name).booleanOr(false);
      const id = new Json(Number(key), token.path).id();
      const special = flag("special");
      const normalized = token.at("normalized").booleanOr(!special);
      const content = token.at("content").string();
      return { id, content, special, normalized, single_word: flag("single_word"), lstrip: flag("lstrip"), rstrip: flag("rstrip") }; // prettier-ignore
    })
    .sort((a, b) => a.id - b.id);
}

/** The special tokens that have a name, and the additional ones. */
function specialTokens(config: Json, map: Json, lists: readonly Json[]): string[] {
  const contentOf = (json: Json): string =>
    typeof json.value === "object" ? json.at("content").string() : json.string();
  const named = NAMED.flatMap((name) => {
    const token = map.at(name).isAbsent ? config.at(name) : map.at(name);
    return token.isAbsent ? [] : [contentOf(token)];
  });
  const more = lists.flatMap((json) =>
    ["additional_special_tokens", "extra_special_tokens"].flatMap((name) =>
      json.at(name).isArray() ? json.at(name).items().map(contentOf) : [],
    ),
  );
  return [...new Set([...named, ...more])];
}

/** A special token of the configuration. */
export function namedToken({ config }: SideFiles, name: string, fallback?: string): string | undefined {
  const token = config.at(name);
  if (token.isAbsent) return fallback;
  return typeof token.value === "string" ? token.value : token.at("content").string();
}
