import type { NameMap, Params, StateDict } from "@qkv/nn";
import type { Tied } from "./causalTies.ts";
import type { Unpack } from "../weights/fileNames.ts";
import type { StoredArray } from "../weights/readWeights.ts";
import type { SpareArrays } from "../weights/spareArrays.ts";

/** All that is needed to open and save the models of one class. */
export interface Architecture<Config, Model> {
  /** The class of Hugging Face transformers that `config.json` names. */
  readonly className: string;
  /** What `config.json` says, checked. Throws ConfigError naming the field. */
  readonly parseConfig: (json: unknown) => Config;
  /** The fields of a `config.json` that transformers reads as this config. */
  readonly formatConfig: (config: Config) => Record<string, unknown>;
  /** Our parameter names -> those of the files. */
  readonly names: NameMap;
  /** What the files put before the names of the model without its head: some files lack it, or have it too much. */
  readonly prefix: string;
  /** Arrays that files may hold beside the model's weights, and what they have to be. */
  readonly spares: SpareArrays<Config>;
  /** Our names that a file may lack: they start from their initializer. */
  readonly optional?: readonly string[];
  /** Makes the files' arrays those that `names` speaks of, where a file keeps several in one. */
  readonly unpack?: Unpack;
  /** Finds the arrays that stand under several names, and the config that says which of them are the same. */
  readonly tie?: (config: Config, arrays: ReadonlyMap<string, StoredArray>) => Promise<Tied<Config>>;
  /** The way back of `unpack`. */
  readonly pack?: (state: StateDict) => StateDict;
  /**
   * The model, with a parameter for each weight that it needs.
   *
   * @param stored the names that the files hold, for parts that a model may do without
   */
  readonly build: (params: Params, config: Config, stored: ReadonlySet<string>) => Model;
  /** Whether a model is saved as one of this class. */
  readonly saves: (model: object) => boolean;
}
