import type { CausalConfig, MarianConfig } from "@qkv/transformer";

/**
 * The fields of `generation_config.json` that say how a model ends and begins its output. They stand in `config.json`
 * in files from before transformers 4.26, and there is what the models here read them from.
 */
const FIELDS = [
  "decoder_start_token_id",
  "eos_token_id",
  "pad_token_id",
  "bos_token_id",
  "forced_eos_token_id",
  "max_length",
  "bad_words_ids",
] as const;

/** `config` with what `generation` says about the same fields, which has the last word. */
export function withGeneration(
  config: Readonly<Record<string, unknown>>,
  generation: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const said = FIELDS.filter((field) => generation[field] !== undefined && generation[field] !== null);
  return { ...config, ...Object.fromEntries(said.map((field) => [field, generation[field]])) };
}

/** The same fields as a model's config has them. */
export function generationFields(config: MarianConfig | CausalConfig): Record<string, unknown> {
  if ("eosTokenIds" in config) {
    const { bosTokenId, eosTokenIds, padTokenId } = config;
    return {
      ...(bosTokenId !== undefined && { bos_token_id: bosTokenId }),
      ...(eosTokenIds.length > 0 && { eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : eosTokenIds[0] }),
      ...(padTokenId !== undefined && { pad_token_id: padTokenId }),
    };
  }
  return {
    decoder_start_token_id: config.decoderStartTokenId,
    eos_token_id: config.eosTokenId,
    pad_token_id: config.padTokenId,
    ...(config.forcedEosTokenId !== undefined && { forced_eos_token_id: config.forcedEosTokenId }),
    ...(config.badWordsIds !== undefined && { bad_words_ids: config.badWordsIds }),
    max_length: config.maxLength,
  };
}
