import type { Params, WeightRules } from "@qkv/nn";
import type { Seq2SeqConfig, Seq2SeqSpec } from "../models/seq2seq/config.ts";
import { Seq2SeqLanguageModel } from "../models/seq2seq/model.ts";
import type { Architecture } from "./family.ts";

/** The classes of an encoder-decoder that writes. */
export interface ConditionalClasses<Config extends Seq2SeqConfig> {
  /**
   * The classes of a type: `BartForConditionalGeneration`, and `BartModel`, which is opened as the same, since its output layer
   * is its table of tokens. A model is saved as the first.
   *
   * @param prefix how their names begin: `Bart`
   */
  classes(prefix: string): readonly Architecture<Config, Seq2SeqLanguageModel<Config>>[];
  build(params: Params, config: Config): Seq2SeqLanguageModel<Config>;
}

/** Makes the classes of a family of encoder-decoders. */
export function conditionalClasses<Config extends Seq2SeqConfig>(
  spec: (config: Config) => Seq2SeqSpec,
  weights: WeightRules<Config>,
): ConditionalClasses<Config> {
  const build = (params: Params, config: Config) => new Seq2SeqLanguageModel(params, config, spec(config));
  const shared = { task: "seq2seqLM", weights, build } as const;
  return {
    build,
    classes: (prefix) => [
      {
        ...shared,
        className: `${prefix}ForConditionalGeneration`,
        isOf: (model) => model instanceof Seq2SeqLanguageModel,
      },
      { ...shared, className: `${prefix}Model`, isOf: () => false },
    ],
  };
}
