import type { Params } from "@qkv/nn";
import { ConfigFields } from "../config/configFields.ts";
import { formatLabels, parseLabels } from "../config/labels.ts";
import type { CausalConfig, CausalSpec } from "../models/causal/config.ts";
import type { HeadedConfig } from "../models/decoderHeads/config.ts";
import { DecoderQuestionAnsweringModel } from "../models/decoderHeads/questionAnsweringModel.ts";
import { DecoderSequenceClassificationModel } from "../models/decoderHeads/sequenceClassificationModel.ts";
import { TextDecoderModel } from "../models/decoderHeads/textDecoderModel.ts";
import { DecoderTokenClassificationModel } from "../models/decoderHeads/tokenClassificationModel.ts";
import { type Architecture, type Family, weightRulesOf } from "./family.ts";
import { headedWeights, type HeadNames } from "./headedWeights.ts";

/** A decoder without a head, or with one that is no language model's. */
export type DecoderHeadModel<Config extends CausalConfig = CausalConfig> =
  | TextDecoderModel<HeadedConfig<Config>>
  | DecoderSequenceClassificationModel<HeadedConfig<Config>>
  | DecoderTokenClassificationModel<HeadedConfig<Config>>
  | DecoderQuestionAnsweringModel<HeadedConfig<Config>>;

/** The classes of a type besides its language model and its model without a head. */
export interface DecoderHeads {
  /** How the names of its classes in transformers begin: `Llama` of `LlamaForSequenceClassification`. */
  readonly prefix: string;
  readonly classifiesTexts?: boolean;
  /** The name in files of the last map of a classifier of tokens. Absent: transformers has no such class. */
  readonly tokens?: "score" | "classifier";
  /** The prefix of arrays in files that answer questions. Absent: transformers has no such class. */
  readonly answers?: string;
}

/** What the heads of a family need besides the family of its language models. */
export interface DecoderHeadParts<Type extends string, Config extends CausalConfig> {
  readonly spec: (config: Config) => CausalSpec;
  readonly heads: Readonly<Record<Type, DecoderHeads>>;
  /** transformers' `classifier_dropout` of files that say none, where it is not 0.1. */
  readonly classifierDropout?: number;
}

/** Makes the family of the models of the same types that are no language models. */
export function decoderHeadFamily<Type extends string, Config extends CausalConfig>(
  family: Family<Type, Config>,
  { spec, heads, classifierDropout = 0.1 }: DecoderHeadParts<Type, Config>,
): Family<Type, HeadedConfig<Config>, DecoderHeadModel<Config>> {
  type Headed = HeadedConfig<Config>;
  type Build = Architecture<Headed, DecoderHeadModel<Config>>["build"];
  const base: Build = (params: Params, config: Headed) => new TextDecoderModel(params, config, spec(config));
  return {
    modelTypes: family.modelTypes,
    parseConfig: (json) => {
      const fields = new ConfigFields(json);
      const rate =
        fields.isNull("classifier_dropout") || !fields.has("classifier_dropout")
          ? "hidden_dropout"
          : "classifier_dropout";
      return {
        ...family.parseConfig(json),
        ...parseLabels(fields),
        classifierDropout: fields.rate(rate, classifierDropout),
      };
    },
    formatConfig: (config) => ({
      ...family.formatConfig(config),
      ...formatLabels(config),
      classifier_dropout: config.classifierDropout,
    }),
    architectures: (type) => {
      const [languageModel] = family.architectures(type);
      if (languageModel === undefined) return [];
      const { prefix, classifiesTexts = false, tokens, answers } = heads[type];
      const rulesOf = (names: HeadNames) => ({
        weights: headedWeights(languageModel.weights, names),
        weightsOf: (config: Headed) => headedWeights(weightRulesOf(languageModel, config), names),
      });
      const linear = (ours: string, theirs: string) => ({
        [`${ours}.weight`]: `${theirs}.weight`,
        [`${ours}.bias`]: `${theirs}.bias`,
      });
      const classes: (Architecture<Headed, DecoderHeadModel<Config>> | false)[] = [
        {
          className: `${prefix}Model`,
          task: "textEncoder",
          ...rulesOf({ arrays: {}, prefix: "" }),
          build: base,
          isOf: (model) => model instanceof TextDecoderModel,
        },
        classifiesTexts && {
          className: `${prefix}ForSequenceClassification`,
          task: "sequenceClassification",
          ...rulesOf({ arrays: { "score.weight": "score.weight" } }),
          build: (params, config) => new DecoderSequenceClassificationModel(params, config, spec(config)),
          isOf: (model) => model instanceof DecoderSequenceClassificationModel,
        },
        tokens !== undefined && {
          className: `${prefix}ForTokenClassification`,
          task: "tokenClassification",
          ...rulesOf({ arrays: linear("classifier.output", tokens) }),
          build: (params, config) => new DecoderTokenClassificationModel(params, config, spec(config)),
          isOf: (model) => model instanceof DecoderTokenClassificationModel,
        },
        answers !== undefined && {
          className: `${prefix}ForQuestionAnswering`,
          task: "questionAnswering",
          ...rulesOf({ arrays: linear("spans.output", "qa_outputs"), prefix: answers }),
          build: (params, config) => new DecoderQuestionAnsweringModel(params, config, spec(config)),
          isOf: (model) => model instanceof DecoderQuestionAnsweringModel,
        },
      ];
      return classes.filter((each) => each !== false);
    },
    build: base,
  };
}
