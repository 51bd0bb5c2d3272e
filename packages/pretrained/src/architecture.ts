import type { NameMap, Params, StateDict } from "@qkv/nn";

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
  /** The files' names that may be there and are not read; `*` stands for a layer index. */
  readonly ignore: readonly string[];
  /** Makes the files' arrays those that `names` speaks of, where a file keeps several in one. */
  readonly unpack?: (state: StateDict) => StateDict;
  /** The way back. */
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
