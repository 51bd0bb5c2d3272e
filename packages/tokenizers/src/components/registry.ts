import type { Factory, Json } from "../json/configValue.ts";
import type { Model } from "./model.ts";
import type { Normalizer } from "./normalizer.ts";
import type { PreTokenizer } from "./preTokenizer.ts";
import type { Matcher } from "./matcher.ts";

/**
 * Optional components of a tokenizer.json, besides those of every tokenizer: a model, or a component that adds to the size of
 * a bundle. Factories by type.
 */
export interface Part {
  /** @internal Models; `random` is for BPE's dropout. */
  readonly models?: Readonly<Record<string, Factory<Model, [random: () => number]>>>;
  /** @internal */
  readonly normalizers?: Readonly<Record<string, Factory<Normalizer, [Parts]>>>;
  /** @internal */
  readonly preTokenizers?: Readonly<Record<string, Factory<PreTokenizer, [Parts]>>>;
  /** @internal Compiles a regular expression; `path` is its place in the file, for errors. */
  readonly regex?: (pattern: string, path: string) => Matcher;
}

/** Joined parts. */
export type Parts = Required<Omit<Part, "regex">> &
  Pick<Part, "regex"> & {
    /** Counts a component of the file. */
    readonly count: (config: Json) => void;
  };

// 1,000: real files have up to thirty. Each goes through all of a text.
const MAX_COMPONENTS = 1000;

/** Joins parts. */
export function joinParts(parts: readonly Part[]): Parts {
  let components = 0;
  const count = (config: Json): void => {
    if (++components > MAX_COMPONENTS) throw config.expected(`at most ${MAX_COMPONENTS} components in a file`);
  };
  const none: Parts = { models: {}, normalizers: {}, preTokenizers: {}, count };
  return parts.reduce<Parts>(
    (all, part) => ({
      ...all,
      ...part,
      models: { ...all.models, ...part.models },
      normalizers: { ...all.normalizers, ...part.normalizers },
      preTokenizers: { ...all.preTokenizers, ...part.preTokenizers },
    }),
    none,
  );
}
