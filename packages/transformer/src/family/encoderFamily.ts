import type { Params } from "@qkv/nn";
import { checkRecord, describeArgument } from "@qkv/ops";
import type { EncoderConfig, EncoderSpec } from "../models/encoder/config.ts";
import { MaskedLanguageModel } from "../models/encoder/maskedLanguageModel.ts";
import { QuestionAnsweringModel } from "../models/encoder/questionAnsweringModel.ts";
import { ReplacedTokenDetectionModel } from "../models/encoder/replacedTokenDetectionModel.ts";
import { SequenceClassificationModel } from "../models/encoder/sequenceClassificationModel.ts";
import { TextEncoderModel } from "../models/encoder/textEncoderModel.ts";
import { TokenClassificationModel } from "../models/encoder/tokenClassificationModel.ts";
import { type EncoderNames, encoderWeights, type HeadTask } from "./encoderWeights.ts";
import type { Architecture, Family } from "./family.ts";

/** The class of an encoder of text by its task, the same in every family. */
export interface EncoderModels<Config extends EncoderConfig = EncoderConfig> {
  readonly textEncoder: TextEncoderModel<Config>;
  readonly maskedLM: MaskedLanguageModel<Config>;
  readonly sequenceClassification: SequenceClassificationModel<Config>;
  readonly tokenClassification: TokenClassificationModel<Config>;
  readonly questionAnswering: QuestionAnsweringModel<Config>;
  readonly replacedTokenDetection: ReplacedTokenDetectionModel<Config>;
}

/** An encoder of text of any class. */
export type EncoderModel<Config extends EncoderConfig = EncoderConfig> = EncoderModels<Config>[keyof EncoderModels];

/** What is a family's own, of a family of encoders. */
export interface EncoderFamilyParts<Type extends string, Config extends EncoderConfig> extends Pick<
  Family<Type, Config>,
  "modelTypes" | "parseConfig" | "formatConfig" | "tokenizerFields"
> {
  /** How the names of its classes in transformers begin: `Bert` of `BertForMaskedLM`. */
  classPrefix(modelType: Type): string;
  /** Describes its models as data. */
  spec(config: Config): EncoderSpec;
  readonly names: EncoderNames<Config>;
}

const HEADS = {
  maskedLM: ["ForMaskedLM", MaskedLanguageModel],
  sequenceClassification: ["ForSequenceClassification", SequenceClassificationModel],
  tokenClassification: ["ForTokenClassification", TokenClassificationModel],
  questionAnswering: ["ForQuestionAnswering", QuestionAnsweringModel],
  replacedTokenDetection: ["ForPreTraining", ReplacedTokenDetectionModel],
} as const satisfies Record<HeadTask, readonly [suffix: string, Class: unknown]>;

/** Makes a family of encoders: a model without a head, and one with each head that its files have names for. */
export function encoderFamily<Type extends string, Config extends EncoderConfig>(
  parts: EncoderFamilyParts<Type, Config>,
): Family<Type, Config, EncoderModel<Config>> {
  checkRecord("encoderFamily", "parts", parts);
  const { classPrefix, spec, names, ...family } = parts;
  checkRecord("encoderFamily", "names", names);
  const base = (params: Params, config: Config, hasPooler: boolean) => {
    const { pooler, ...rest } = spec(config);
    return new TextEncoderModel(params, config, { ...rest, ...(hasPooler && pooler !== undefined && { pooler }) });
  };
  const [pooler] = Object.values(names.pooler ?? {});
  const encoder = {
    task: "textEncoder",
    weights: encoderWeights(names, "textEncoder"),
    build: (params, config, stored) => base(params, config, pooler === undefined || (stored?.has(pooler) ?? true)),
    isOf: (model) => model instanceof TextEncoderModel,
  } satisfies Omit<Architecture<Config, EncoderModel<Config>>, "className">;
  const withHead = (task: HeadTask, prefix: string): Architecture<Config, EncoderModel<Config>> => {
    const [suffix, Class] = HEADS[task];
    return {
      className: prefix + suffix,
      task,
      weights: encoderWeights(names, task),
      build: (params, config) => new Class<Config>(params, config, spec(config)),
      isOf: (model) => model instanceof Class,
    };
  };
  const tasks = Object.keys(HEADS).filter((task) => task in names.heads) as HeadTask[];
  return {
    ...family,
    architectures: (modelType) => {
      const prefix = classPrefix(modelType);
      return [{ className: `${prefix}Model`, ...encoder }, ...tasks.map((task) => withHead(task, prefix))];
    },
    build: (params, config) => base(params, config, true),
  };
}

/**
 * Builds a model of a family of encoders for a task, with initial weights from `Params.initialized(seed)`.
 *
 * @throws RangeError if the family has no class for the task
 */
export function buildEncoder<Config extends EncoderConfig, Task extends keyof EncoderModels>(
  family: Family<string, Config, EncoderModel<Config>>,
  task: Task,
  params: Params,
  config: Config,
): EncoderModels<Config>[Task] {
  checkRecord("buildEncoder", "family", family);
  checkRecord("buildEncoder", "config", config);
  const classes = family.architectures(config.modelType);
  const found = classes.find((each) => each.task === task);
  if (found === undefined) {
    const tasks = classes.map((each) => each.task).join(", ");
    throw new RangeError(`buildEncoder: expected task to be ${tasks}, got ${describeArgument(task)}`);
  }
  return found.build(params, config) as EncoderModels<Config>[Task];
}
