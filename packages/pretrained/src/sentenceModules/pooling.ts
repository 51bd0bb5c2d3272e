import type { ConfigFields } from "@qkv/transformer";

/** How the vectors of a text's tokens become one: several ways give a longer vector. */
export interface Pooling {
  readonly modes: readonly PoolingMode[];
  /** Whether the tokens of a prompt count. */
  readonly includesPrompt: boolean;
}

/**
 * One way of pooling: the first token, the greatest value of each dimension, the mean, the sum over the square root of
 * the number of tokens, the mean with later tokens counting more, the last token.
 */
export type PoolingMode = (typeof POOLING_MODES)[number];

/** Every {@link PoolingMode}, in the order in which Sentence Transformers joins them. */
export const POOLING_MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"] as const;

const OLDER_FIELDS: Readonly<Record<PoolingMode, string>> = {
  cls: "pooling_mode_cls_token",
  max: "pooling_mode_max_tokens",
  mean: "pooling_mode_mean_tokens",
  mean_sqrt_len_tokens: "pooling_mode_mean_sqrt_len_tokens",
  weightedmean: "pooling_mode_weightedmean_tokens",
  lasttoken: "pooling_mode_lasttoken",
};

/** Reads the `config.json` of a pooling module, of older versions too. @throws ConfigError naming the field */
export function parsePooling(fields: ConfigFields, json: Readonly<Record<string, unknown>>): Pooling {
  fields.expectOnly([
    ...["word_embedding_dimension", "embedding_dimension", "pooling_mode", "include_prompt"],
    ...Object.values(OLDER_FIELDS),
  ]);
  return { modes: parseModes(fields, json["pooling_mode"]), includesPrompt: fields.boolean("include_prompt", true) };
}

function parseModes(fields: ConfigFields, mode: unknown): readonly PoolingMode[] {
  if (!fields.has("pooling_mode")) {
    const chosen = POOLING_MODES.filter((each) => fields.boolean(OLDER_FIELDS[each], false));
    return chosen.length === 0 ? ["mean"] : chosen;
  }
  const given: readonly unknown[] = Array.isArray(mode) ? mode : [mode];
  const isMode = (each: unknown): each is PoolingMode => POOLING_MODES.some((known) => known === each);
  if (given.length > 0 && given.every(isMode)) return given;
  return fields.fail("pooling_mode", `one or several of ${POOLING_MODES.join(", ")}`);
}
