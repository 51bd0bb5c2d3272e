import type { Json } from "../json/configValue.ts";
import { NAMED, plainSpecial, type SideFiles, type TokenFlags } from "./sideFiles.ts";
import { Vocabulary } from "../models/vocabulary.ts";

type Specials = Pick<SideFiles, "named" | "extra" | "additional">;

/**
 * The tokens that the files beside a tokenizer add to it, in the order in which they get ids: those of the lists, then
 * special tokens that no list has.
 *
 * @param listed texts of the tokens that the tokenizer lists itself
 */
export function tokensBeside(side: SideFiles, listed: readonly string[]): TokenFlags[] {
  const known = new Set([...listed, ...side.added.map(({ content }) => content)]);
  const named = new Set([...side.named.values()].map((token) => token?.content));
  const others: TokenFlags[] = [];
  for (const token of specialsOf(side)) {
    if (!known.has(token.content) && !others.some((other) => isSame(other, token))) others.push(token);
  }
  return [...side.added, ...others].map((token) => (named.has(token.content) ? { ...token, special: true } : token));
}

/** All special tokens: those with a name, then the others. */
export function specialsOf({ named, extra, additional = [] }: Specials): TokenFlags[] {
  return [...[...named.values()].filter((token) => token !== null), ...(extra ?? additional)];
}

const FLAGS = ["content", "special", "normalized", "single_word", "lstrip", "rstrip"] as const;

/** Whether two tokens are equal in Python: a text alone never equals a token with flags. */
function isSame(a: TokenFlags, b: TokenFlags): boolean {
  return (a.isText === true) === (b.isText === true) && FLAGS.every((name) => a[name] === b[name]);
}

/** Special tokens by field, with those of a class as defaults. */
export function withDefaults(
  defaults: Readonly<Record<string, string>>,
  named: SideFiles["named"],
): SideFiles["named"] {
  const all = new Map(
    NAMED.flatMap((field) => {
      const text = defaults[field];
      const token = named.has(field) ? named.get(field) : text && plainSpecial(text);
      return token === undefined || token === "" ? [] : [[field, token] as const];
    }),
  );
  for (const [field, token] of named) all.set(field, token);
  return all;
}

/** The special tokens of which a file has the text alone with the flags that their class gives them. */
export function withFlags(
  named: SideFiles["named"],
  flags: (field: string) => Partial<TokenFlags> = () => ({}),
): SideFiles["named"] {
  return new Map(
    [...named].map(([field, token]) => {
      const given = flags(field);
      const isPlain = token?.isText !== true || Object.keys(given).length === 0;
      return [field, isPlain ? token : { ...token, ...given, isText: false }] as const;
    }),
  );
}

/** The first place, but 0, of a token with score 0 in a list of pieces, as Python looks for it; undefined if there is none. */
export function firstIdOf(vocab: Json, content: string): number | undefined {
  const isIt = (entry: unknown, i: number) => i > 0 && Array.isArray(entry) && entry[0] === content && entry[1] === 0;
  const place = vocab.isArray() ? vocab.array().findIndex(isIt) : -1;
  return place < 0 ? undefined : place;
}

/** Assigns ids to tokens added to a model: its own, or the next ones. */
export function idsOf(vocab: Json, added: readonly TokenFlags[]): (content: string) => number | undefined {
  const scores = vocab.isArray() ? vocab.array() : undefined;
  const listed =
    scores && new Map(scores.map((entry, id) => [Array.isArray(entry) ? (entry[0] as unknown) : entry, id]));
  const vocabulary = scores === undefined ? Vocabulary.fromJSON(vocab) : undefined;
  const more = new Map<string, number>();
  const idOf = (content: string) => listed?.get(content) ?? vocabulary?.idOf(content) ?? more.get(content);
  let next = scores?.length ?? vocabulary?.size ?? 0;
  for (const { content } of added) if (content !== "" && idOf(content) === undefined) more.set(content, next++);
  return idOf;
}
