import { FIELD_READERS, type GenerationReader, SAMPLING_READERS } from "./generationFields.ts";
import type { GenerationOptions } from "./options.ts";
import { isUnsupported, UNSUPPORTED_FIELDS } from "./unsupportedFields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A `generation_config.json` that options override. */
export interface GenerationFile {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The file's name in errors. */
  readonly path: string;
}

// For callers alone: a file that could raise its own limits would have none.
const OURS = ["seed", "memory_limit", "beam_limit", "context_shift"];

/** Every field of a `generation_config.json` that is an option of generation. */
export const GENERATION_FIELDS: readonly string[] = [
  "do_sample",
  ...["bos_token_id", "pad_token_id"],
  ...[...Object.keys(FIELD_READERS), ...Object.keys(SAMPLING_READERS)].filter((name) => !OURS.includes(name)),
  ...UNSUPPORTED_FIELDS,
];

// Keywords of `generate` that change no ids here: how it computes, and what it gives back besides.
const NEUTRAL = new Set([
  ...[
    "_from_model_config",
    "transformers_version",
    "cache_implementation",
    "cache_config",
    "max_cache_len",
    "use_cache",
  ],
  ...["output_attentions", "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate"],
  ...["compile_config", "disable_compile", "prefill_chunk_size", "continuous_batching_config"],
  // Assistant models that propose tokens: the model itself verifies each.
  ...["is_assistant", "num_assistant_tokens_schedule", "assistant_early_exit", "assistant_lookbehind"],
  ...["target_lookbehind", "assistant_ensemble_weight", "speculation_type", "use_mtp"],
  ...[...GENERATION_FIELDS, ...OURS],
]);

/**
 * Reads options as Hugging Face writes them, in a `generation_config.json` or as keywords of `generate`
 * (https://huggingface.co/docs/transformers/main_classes/text_generation). null means that an option is not given, even
 * where the file gives one.
 *
 * @param json the options
 * @param file the file that they override. Fields of a file that are no option of `generate` are ignored, as in
 *   transformers; as an option such a name is a slip and refused
 * @throws RangeError naming an option, and the file it is of, that has a value it cannot have, or would have an effect that
 *   is not supported
 */
export function parseGenerationOptions(json: unknown, file?: GenerationFile): GenerationOptions {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new RangeError(`generation options: expected an object, got ${JSON.stringify(json)}`);
  }
  const given = json as Fields;
  const told = Object.entries(file?.fields ?? {}).filter(([name]) => !OURS.includes(name));
  const all: Fields = { ...Object.fromEntries(told), ...given };
  const sourceOf = (name: string) => (name in given || !file ? "generation options" : file.path);
  const refuse = (name: string, expected: string): never => {
    throw new RangeError(`${sourceOf(name)}: expected ${name} to be ${expected}, got ${JSON.stringify(all[name])}`);
  };
  const options: Record<string, unknown> = {};
  // Hugging Face draws among the 50 likeliest tokens by default.
  const sampling: Record<string, unknown> = { topK: 50 };
  for (const name of Object.keys(all)) {
    const [target, reader] =
      name in SAMPLING_READERS ? [sampling, SAMPLING_READERS[name]] : [options, FIELD_READERS[name]];
    if (reader !== undefined) read(target, reader, name, all[name], refuse);
    else if (isUnsupported(name, all)) refuse(name, "without effect, since it is not supported");
    else if (name in given && !NEUTRAL.has(name)) {
      throw new RangeError(`generation options: expected an option that is supported, got ${name}`);
    }
  }
  const draws = all["do_sample"] ?? false;
  if (typeof draws !== "boolean") refuse("do_sample", "true or false");
  if (draws === true) options["sampling"] = sampling;
  return options;
}

function read(
  target: Record<string, unknown>,
  { option, read, none }: GenerationReader,
  name: string,
  value: unknown,
  refuse: (name: string, expected: string) => never,
): void {
  if (value !== null) target[option] = read(value, (expected) => refuse(name, expected));
  else if (none !== undefined) target[option] = none;
}
