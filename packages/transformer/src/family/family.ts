import type { Params, WeightRules } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";

/** The config of a family's models. */
export interface FamilyConfig {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
}

/** A model that can be opened and saved. */
export interface FamilyModel {
  readonly config: FamilyConfig;
  readonly params: Params;
  /** Disposes of the weights. */
  dispose(): void;
}

/** What a class of models computes: which interface of this project it has. */
export type ModelTask =
  | "causalLM"
  | "seq2seqLM"
  | "speechSeq2seq"
  | "speechCtc"
  | "maskedLM"
  | "sequenceClassification"
  | "tokenClassification"
  | "questionAnswering"
  | "replacedTokenDetection"
  | "textEncoder"
  | "imageClassification"
  | "imageEncoder"
  | "objectDetection"
  | "depthEstimation"
  | "imageTextEncoder"
  | "captionEncoder";

/** One class of a family: its weights in files, and its model. */
export interface Architecture<Config extends FamilyConfig = FamilyConfig, Model extends FamilyModel = FamilyModel> {
  /** The class of Hugging Face transformers, as `architectures` of `config.json` names it. */
  readonly className: string;
  readonly task: ModelTask;
  readonly weights: WeightRules<Config>;
  /** The rules for a config, where they are not the same for all. Default `weights`. */
  weightsOf?(config: Config): WeightRules<Config>;
  /**
   * Builds the model, with a parameter for each weight that it needs.
   *
   * @param stored names in the files, for optional parts of a model; left out: a new model
   */
  build(params: Params, config: Config, stored?: ReadonlySet<string>): Model;
  /** Whether a model is of this class. */
  isOf(model: FamilyModel): boolean;
}

/**
 * A family of models: everything needed to open their folders in Hugging Face's format, and to save them. Its config
 * says by `modelType` what it is.
 *
 * `loadPretrained(source, { families: [llama] })` of `@qkv/pretrained` opens models of the families that it is given,
 * whoever wrote them.
 */
export interface Family<
  Type extends string = string,
  Config extends FamilyConfig = FamilyConfig,
  Model extends FamilyModel = FamilyModel,
> {
  readonly modelTypes: readonly Type[];
  /** Reads and checks a `config.json`. @throws ConfigError naming the field */
  parseConfig(json: unknown): Config;
  /** Formats the fields of a `config.json`: {@link Family.parseConfig} reads them back. */
  formatConfig(config: Config): Record<string, unknown>;
  /** Formats the fields of a `generation_config.json` that a config knows; left out: its models generate nothing. */
  formatGeneration?(config: Config): Record<string, unknown>;
  /**
   * Fields of `tokenizer_config.json` that its models need beside those of the text generators: special tokens by name,
   * written where the vocabulary has them, and `model_input_names`.
   */
  readonly tokenizerFields?: Readonly<Record<string, string | readonly string[]>>;
  /** Reads a `preprocessor_config.json`; left out: its models read text. */
  parseProcessor?(json: unknown, modelType: Type): unknown;
  /** The classes of a type. The first is that of a `config.json` that names none. */
  architectures(modelType: Type): readonly Architecture<Config, Model>[];
  /** Builds a model of the first class, with initial weights from `Params.initialized(seed)`. */
  build(params: Params, config: Config): Model;
}

/** The models of a family. */
export type ModelOf<F> = F extends Family<string, infer _, infer Model> ? Model : never;

/** The rules of a class for a config. */
export function weightRulesOf<Config extends FamilyConfig>(
  architecture: Pick<Architecture<Config>, "weights" | "weightsOf">,
  config: Config,
): WeightRules<Config> {
  checkRecord("weightRulesOf", "architecture", architecture);
  return architecture.weightsOf?.(config) ?? architecture.weights;
}
