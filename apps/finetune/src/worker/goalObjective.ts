import {
  type FinetuningTask,
  instructions,
  languageModel,
  type Objective,
  type OnTruncated,
  sentenceEmbeddings,
  textClassification,
} from "@qkv/finetuning";
import type { InitializeOptions, Pretrained } from "@qkv/pretrained";
import type { AnyExample, Goal } from "../data/examples.ts";
import { SEED, type TuningSettings } from "./settings.ts";
import { splitExamples } from "./splitExamples.ts";

/** Examples of a goal as an objective of fine-tuning has them. */
export interface GoalObjective {
  /** What of the model starts anew. */
  readonly initialize: InitializeOptions;
  /** The most tokens of an example are cut, or it is left out as a whole. */
  encode(pretrained: Pretrained, onTruncated?: OnTruncated): Promise<readonly EncodedExample[]>;
  createTask(
    pretrained: Pretrained,
    encoded: readonly EncodedExample[],
    params: NonNullable<Parameters<typeof textClassification.createTask>[1]["params"]>,
  ): Promise<{ readonly task: FinetuningTask; readonly isMeasured: boolean }>;
  /** More files of the model's folder, by name. */
  files(pretrained: Pretrained): ReadonlyMap<string, Uint8Array>;
}

/** An example as tokens, in whatever form its objective has. */
export type EncodedExample = unknown;

/** The objective of a goal for its examples: texts are packed, answers are not. */
export function goalObjective(goal: Goal, examples: readonly AnyExample[], settings: TuningSettings): GoalObjective {
  const { maxTokens } = settings;
  switch (goal) {
    case "classify":
      return bound(textClassification, examples, settings, { maxTokens, seed: SEED });
    case "embed":
      return bound(sentenceEmbeddings, examples, settings, { maxTokens });
    case "write":
      return examples.every((example) => "text" in example)
        ? packed(examples, settings)
        : bound(instructions, examples, settings, { maxTokens });
  }
}

function bound<Settings, Raw, Example, Row>(
  objective: Objective<Settings, Raw, Example, Row>,
  examples: readonly AnyExample[],
  { batchSize }: TuningSettings,
  settings: Settings,
): GoalObjective {
  const raws = examples.map((example) => objective.read({ ...example }, settings));
  return {
    initialize: objective.initialize(raws, settings),
    encode: async (pretrained, onTruncated) => {
      const encode = objective.encoder(pretrained, settings, onTruncated);
      return (await Promise.all(raws.map(async (raw) => encode(raw)))).flat();
    },
    createTask: async (pretrained, encoded, params) => {
      const { isMeasured, ...split } = splitExamples(encoded as readonly Example[]);
      const size = Math.min(batchSize, split.training.length);
      const task = await objective.createTask(pretrained, { ...split, batchSize: size, seed: SEED, params }, settings);
      return { task: task as FinetuningTask, isMeasured };
    },
    files: (pretrained) => objective.files?.(pretrained, settings) ?? new Map<string, Uint8Array>(),
  };
}

/** Documents in rows of one length: as long as may be, and as there are tokens. */
function packed(examples: readonly AnyExample[], settings: TuningSettings): GoalObjective {
  const objective = bound(languageModel, examples, settings, {});
  const { batchSize, maxTokens: most } = settings;
  return {
    ...objective,
    createTask: async (pretrained, encoded, params) => {
      const documents = encoded as readonly (readonly number[])[];
      const tokensOf = (some: typeof documents) => some.reduce((sum, { length }) => sum + length + 1, 0);
      const { maxPositions = most } = pretrained.config as { readonly maxPositions?: number };
      const maxTokens = Math.min(most, maxPositions, tokensOf(documents) - 1);
      const split = splitExamples(documents);
      const isMeasured = split.isMeasured && Math.min(...[split.training, split.validation].map(tokensOf)) > maxTokens;
      const { training, validation } = isMeasured ? split : { training: documents, validation: documents };
      const rows = Math.max(1, Math.floor((tokensOf(training) - 1) / maxTokens));
      const options = { training, validation, batchSize: Math.min(batchSize, rows), seed: SEED, params };
      const task = await languageModel.createTask(pretrained, options, { maxTokens });
      return { task: task as unknown as FinetuningTask, isMeasured };
    },
  };
}
