import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { Seq2SeqLanguageModel } from "../../models/seq2seq/model.ts";
import { t5Spec } from "./block.ts";
import { formatT5Config, parseT5Config, type T5Config, type T5Type } from "./config.ts";
import { T5_WEIGHTS } from "./weights.ts";

/** A T5 of any type. */
export type T5Model = Seq2SeqLanguageModel<T5Config>;

const CLASSES: Readonly<Record<T5Type, string>> = {
  t5: "T5ForConditionalGeneration",
  mt5: "MT5ForConditionalGeneration",
};

/** T5, T5 1.1, Flan-T5 and mT5. */
export const t5: Family<T5Type, T5Config, T5Model> = {
  modelTypes: ["t5", "mt5"],
  parseConfig: parseT5Config,
  formatConfig: formatT5Config,
  formatGeneration: seq2seqGenerationFields,
  architectures: (type): readonly Architecture<T5Config, T5Model>[] => [
    {
      className: CLASSES[type],
      task: "seq2seqLM",
      weights: T5_WEIGHTS,
      build: (params, config) => t5.build(params, config),
      isOf: (model) => model instanceof Seq2SeqLanguageModel,
    },
  ],
  build: (params, config) => new Seq2SeqLanguageModel(params, config, t5Spec(config)),
};
