import type { NameMap, Params, StateDict } from "@qkv/nn";
import type { Tied } from "./causalTies.ts";
import type { Unpack } from "../weights/fileNames.ts";
import type { StoredArray } from "../weights/readWeights.ts";
import type { SpareArrays } from "../weights/spareArrays.ts";

/** Everything needed to open and save the models of one class. */
export interface Architecture<Config, Model> {
  /** The class of Hugging Face transformers that `config.json` names. */
  readonly className: string;
  /** Reads and checks `config.json`. Throws ConfigError naming the field. */
  readonly parseConfig: (json: unknown) => Config;
  /** Formats the fields of a `config.json` that transformers reads as this config. */
  readonly formatConfig: (config: Config) => Record<string, unknown>;
  /** Our parameter names -> those of the files. */
  readonly names: NameMap;
  /** The prefix of the names of the model without its head: some files lack it, or have it where it is not expected. */
  readonly prefix: string;
  /** Arrays that files may hold besides the model's weights, and their expected contents. */
  readonly spares: SpareArrays<Config>;
  /** Our names of optional parameters: missing ones start from their initializer. */
  readonly optional?: readonly string[];
  /** Splits the files' arrays into those of `names`, where a file stores several in one. */
  readonly unpack?: Unpack;
  /** Resolves tied arrays, which have several names, and returns the config with the ties found. */
  readonly tie?: (config: Config, arrays: ReadonlyMap<string, StoredArray>) => Promise<Tied<Config>>;
  /** The inverse of `unpack`. */
  readonly pack?: (state: StateDict) => StateDict;
  /**
   * Builds the model, with a parameter for each weight that it needs.
   *
   * @param stored the names in the files, for optional parts of a model
   */
  readonly build: (params: Params, config: Config, stored: ReadonlySet<string>) => Model;
  /** Whether a model is saved as one of this class. */
  readonly saves: (model: object) => boolean;
}
