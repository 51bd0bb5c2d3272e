type Fields = Readonly<Record<string, unknown>>;

/** Whether a value of an unsupported option would change what is generated, given the other options. */
const EFFECTS: Readonly<Record<string, (value: unknown, all: Fields) => boolean>> = {
  guidance_scale: (value) => value !== 1,
  watermarking_config: () => true,
  token_healing: (value) => value !== false,
  constraints: () => true,
  force_words_ids: () => true,
  num_beam_groups: (value) => value !== 1,
  diversity_penalty: (value, all) => value !== 0 && isGroup(all["num_beam_groups"]),
  // Contrastive search: with more than one candidate, and neither beams nor draws.
  penalty_alpha: (value, all) =>
    value !== 0 && all["do_sample"] !== true && (all["top_k"] ?? 50) !== 1 && (all["num_beams"] ?? 1) === 1,
  dola_layers: () => true,
  low_memory: (value, all) => value !== false && (all["num_beams"] ?? 1) !== 1,
};

/** Options of Hugging Face's `generate` that are not supported. */
export const UNSUPPORTED_FIELDS: readonly string[] = Object.keys(EFFECTS);

/** Whether `name` is an unsupported option that would have an effect. */
export function isUnsupported(name: string, all: Fields): boolean {
  const value = all[name];
  if (value === undefined || value === null || !Object.hasOwn(EFFECTS, name)) return false;
  return EFFECTS[name]?.(value, all) ?? false;
}

function isGroup(groups: unknown): boolean {
  return groups !== undefined && groups !== null && groups !== 1;
}
