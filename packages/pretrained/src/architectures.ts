import type { NameMap, Params } from "@qkv/nn";
import {
  formatMarianConfig,
  MARIAN_CHECKPOINT_NAMES,
  MARIAN_IGNORED_NAMES,
  type MarianConfig,
  MarianModel,
  parseMarianConfig,
} from "@qkv/transformer";

/** All that is needed to open and save the models of one family. */
export interface Architecture<Config, Model> {
  /** The class of Hugging Face transformers that `config.json` names. */
  readonly className: string;
  readonly parseConfig: (json: unknown) => Config;
  readonly formatConfig: (config: Config) => Record<string, unknown>;
  /** Our parameter names -> those of the files. */
  readonly names: NameMap;
  /** The files' names that may be there and are not read. */
  readonly ignore: readonly string[];
  readonly build: (params: Params, config: Config) => Model;
}

const MARIAN: Architecture<MarianConfig, MarianModel> = {
  className: "MarianMTModel",
  parseConfig: parseMarianConfig,
  formatConfig: formatMarianConfig,
  names: MARIAN_CHECKPOINT_NAMES,
  ignore: MARIAN_IGNORED_NAMES,
  build: (params, config) => new MarianModel(params, config),
};

/** Every family that can be opened, by the `model_type` of its `config.json`. */
export const ARCHITECTURES = { marian: MARIAN } as const;

/** A `model_type` that can be opened. */
export type ModelType = keyof typeof ARCHITECTURES;

/** Whether models of this type can be opened. */
export function isModelType(type: unknown): type is ModelType {
  return typeof type === "string" && Object.hasOwn(ARCHITECTURES, type);
}

/** Any model that can be opened. */
export type PretrainedModel = ReturnType<(typeof ARCHITECTURES)[ModelType]["build"]>;
