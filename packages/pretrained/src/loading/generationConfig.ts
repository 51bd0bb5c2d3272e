import { GENERATION_FIELDS } from "@qkv/transformer";

type Fields = Readonly<Record<string, unknown>>;

// Generation fields that are read into a model's config: the end and the start of a text.
const ENDS = ["eos_token_id", "forced_eos_token_id", "bad_words_ids", "max_length"] as const;
const TOKENS = ["decoder_start_token_id", "pad_token_id", "bos_token_id"] as const;

/**
 * Generation options, chosen as in transformers: `generation_config.json` if there is one, and nothing of `config.json`
 * then, but for the tokens that an old Whisper's text begins with; otherwise those fields of `config.json`, which has them in files from before transformers 4.26.
 */
export function generationOf(config: Fields, generation: Fields | undefined): Fields {
  if (generation !== undefined) {
    const forced = generation["forced_decoder_ids"] ?? config["forced_decoder_ids"]; // of an old Whisper
    return forced === undefined || forced === null ? generation : { ...generation, forced_decoder_ids: forced };
  }
  const fields = GENERATION_FIELDS.filter((field) => config[field] !== undefined && config[field] !== null);
  return Object.fromEntries(fields.map((field) => [field, config[field]]));
}

/** `config` with the same fields of `generation_config.json` if there is one: end fields that it lacks become null. */
export function withGeneration(config: Fields, generation: Fields | undefined): Fields {
  if (generation === undefined) return config;
  const ends = ENDS.map((field) => [field, generation[field] ?? null]);
  const tokens = TOKENS.filter((field) => generation[field] !== undefined && generation[field] !== null);
  return { ...config, ...Object.fromEntries(ends), ...Object.fromEntries(tokens.map((f) => [f, generation[f]])) };
}

/** `config` without those fields, for which another file takes precedence. */
export function withoutGeneration(config: Fields): Fields {
  const said: readonly string[] = ENDS;
  return Object.fromEntries(Object.entries(config).filter(([field]) => !said.includes(field)));
}
