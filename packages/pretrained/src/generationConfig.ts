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
