import type { Labels } from "../../config/labels.ts";
import type { CausalConfig } from "../causal/config.ts";

/** What the config of a decoder with another head than that of a language model has besides. */
export interface HeadFields extends Labels {
  /** Probability of dropping a value before the last map of a classifier of tokens while training. */
  readonly classifierDropout: number;
}

/** The config of a decoder with another head than that of a language model, or with none. */
export type HeadedConfig<Config extends CausalConfig = CausalConfig> = Config & HeadFields;
