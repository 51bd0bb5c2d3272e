import type { NameMap, StateEntry } from "./checkpoint.ts";

/**
 * Rules that turn the arrays of a checkpoint's files into a model's parameters. They are read forwards to load and
 * backwards to save. `*` in a name is a layer index, `**` at the end of one any number of steps.
 */
export interface WeightRules<Config = unknown> {
  /** Parameter names -> names in the files. One row for each parameter, none implied. */
  readonly rename: NameMap;
  /** Arrays that files store as one. */
  readonly split?: readonly SplitRule<Config>[];
  /** Arrays that files may have in the place of the model's: they are read, and never written. */
  readonly alternatives?: readonly AlternativeRule[];
  /** Names in the files, after splitting, of matrices stored [in, out] where a linear map has [out, in]. */
  readonly transpose?: readonly string[];
  /** Names that share one array. */
  readonly tie?: TieRule<Config>;
  /** Arrays that files may hold besides the model's, by name. */
  readonly ignore?: IgnoredArrays<Config>;
  /** Parameters that files may lack, which then start from their initializer. */
  readonly optional?: readonly string[];
  /** Prefix of the names of the model without its head: files may lack it, or have it where it is not expected. */
  readonly prefix: string;
}

/** An array of the files that holds several of the model's, side by side. */
export interface SplitRule<Config = unknown> {
  /** Name in the files. */
  readonly from: string;
  /** Names of its parts, in their order. */
  readonly into: readonly string[];
  /** Axis of the array in the files along which they lie. */
  readonly axis: 0 | 1;
  /** The sizes of the parts and their groups. Default one group of parts of one size. */
  layout?(config: Config): SplitLayout;
}

/** Another form of arrays of the model's. */
export interface AlternativeRule {
  /** Name in the files. */
  readonly from: string;
  /**
   * Names of its parts, of one size, side by side along the first axis. With one `*` more than `from`: for each index of
   * the first axis the parts along the second, as files have experts.
   */
  readonly into: readonly string[];
}

/** The arrangement of parts along an axis: groups one after another, each of which has a piece of every part. */
export interface SplitLayout {
  /** The sizes of the parts, in any unit. */
  readonly sizes: readonly number[];
  /** Default 1. */
  readonly groups?: number;
}

/**
 * Tied arrays, such as the embedding and the output layer. Files may hold them under any of their names; where they hold
 * two that differ, they are not tied, whatever the config says, as in transformers.
 */
export interface TieRule<Config> {
  /** Pairs of names in the files that share an array: the first is a copy of the second. */
  pairs(config: Config): readonly (readonly [copy: string, source: string])[];
  /** Returns the config with the ties that the files have. */
  resolve(config: Config, areTied: (a: string, b: string) => boolean): Config;
  /** Names in the files, of all in `pairs`, that a model of this config reads. */
  reads(config: Config): readonly string[];
}

/** Arrays of the files that a model does not read, by name, and their expected contents. */
export type IgnoredArrays<Config = unknown> = Readonly<Record<string, IgnoredArray<Config>>>;

/** An array that a model does not read. */
export interface IgnoredArray<Config = unknown> {
  /** Its contents in words, for messages. */
  readonly as: string;
  /**
   * Whether its contents are the expected ones. Left out: any are.
   *
   * @param indices those that stand for `*`
   */
  isRight?(array: IgnoredContents, config: Config, indices: readonly number[]): boolean;
}

/** The contents of an array that a model does not read. */
export interface IgnoredContents extends StateEntry {
  /** Whether every number is the expected one, to the precision that the file stores. */
  equals(expected: ArrayLike<number>): boolean;
}
