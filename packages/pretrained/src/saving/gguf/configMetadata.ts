import { type RotaryConfig, rotaryFrequencies } from "@qkv/attention";
import type { FamilyConfig } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { count, float, type Gathered, text } from "./metadata.ts";

/** A config of the kind that GGUF files of llama.cpp's `llama`, `qwen2` and `qwen3` hold: a `LlamaConfig`. */
export interface ConfigToWrite extends FamilyConfig {
  readonly maxPositions: number;
  readonly rotary: RotaryConfig;
  readonly windows?: readonly (number | null)[];
}

/** The architectures, by `model_type`. A Mistral has no name of its own. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: "llama",
  mistral: "llama",
  qwen2: "qwen2",
  qwen3: "qwen3",
};

/** Expects a config whose `model_type` has an architecture in these files. @throws PretrainedError naming those that have */
export function expectArchitecture(config: FamilyConfig): asserts config is ConfigToWrite {
  const type = config.modelType;
  if (Object.hasOwn(ARCHITECTURES, type)) return;
  const known = Object.keys(ARCHITECTURES).join(", ");
  throw new PretrainedError(
    `saveGguf: expected a model of ${known}, got one of ${type}: savePretrained writes a folder`,
  );
}

/** The keys of a config, from its fields in `config.json`. What they do not hold, reading them back finds. */
export function configMetadata(config: ConfigToWrite, json: Readonly<Record<string, unknown>>): Gathered {
  const arch = ARCHITECTURES[config.modelType] as string;
  const number = (name: string) => json[name] as number;
  const [window] = config.modelType === "mistral" ? (config.windows ?? []) : []; // Qwen's files cannot have one
  const own: [key: string, value: ReturnType<typeof count>][] = [
    ["vocab_size", count(number("vocab_size"))],
    ["context_length", count(number("max_position_embeddings"))],
    ["embedding_length", count(number("hidden_size"))],
    ["block_count", count(number("num_hidden_layers"))],
    ["feed_forward_length", count(number("intermediate_size"))],
    ["attention.head_count", count(number("num_attention_heads"))],
    ["attention.head_count_kv", count(number("num_key_value_heads"))],
    ["attention.key_length", count(number("head_dim"))],
    ["attention.value_length", count(number("head_dim"))],
    ["attention.layer_norm_rms_epsilon", float(number("rms_norm_eps"))],
    ["rope.dimension_count", count(number("head_dim"))],
    ["rope.freq_base", float(config.rotary.base ?? 10000)],
    ...scalingMetadata(config.rotary),
  ];
  if (window !== undefined && window !== null) own.push(["attention.sliding_window", count(window)]);
  return new Map([
    ["general.architecture", text(arch)],
    ["general.type", text("model")],
    ...own.map(([key, value]) => [`${arch}.${key}`, value] as const),
    ...specialTokens(json),
  ]);
}

function scalingMetadata({ scaling }: RotaryConfig): [string, ReturnType<typeof count>][] {
  if (scaling?.type !== "linear" && scaling?.type !== "yarn") return [["rope.scaling.type", text("none")]];
  const fields: [string, ReturnType<typeof count>][] = [
    ["rope.scaling.type", text(scaling.type)],
    ["rope.scaling.factor", float(scaling.factor)],
  ];
  if (scaling.type === "linear") return fields;
  const { betaFast, betaSlow } = scaling;
  fields.push(["rope.scaling.original_context_length", count(scaling.originalLength)]);
  if (betaFast !== undefined) fields.push(["rope.scaling.yarn_beta_fast", float(betaFast)]);
  if (betaSlow !== undefined) fields.push(["rope.scaling.yarn_beta_slow", float(betaSlow)]);
  return fields;
}

/** The tokens that texts begin and end with. Of several ends the others are those of a turn and of a message. */
function specialTokens(json: Readonly<Record<string, unknown>>): [string, ReturnType<typeof count>][] {
  const ends = [json["eos_token_id"] ?? []].flat() as number[];
  const [eos, eot, eom] = ends;
  const ids = { bos: json["bos_token_id"], eos, eot, eom, padding: json["pad_token_id"] };
  return Object.entries(ids).flatMap(([name, id]) =>
    typeof id === "number" ? [[`tokenizer.ggml.${name}_token_id`, count(id)]] : [],
  );
}

/**
 * What each frequency of the rotary positions is divided by, of a scaling that divides them one by one: Llama 3's, and
 * LongRoPE's where it is the same at every length. The file holds them in single precision.
 */
export function ropeFactors({ rotary, maxPositions }: ConfigToWrite): Float32Array | undefined {
  const { scaling, ...plain } = rotary;
  if (scaling?.type === "longrope") return Float32Array.from(scaling.shortFactors);
  if (scaling?.type !== "llama3") return undefined;
  const [before, after] = [plain, rotary].map((each) => rotaryFrequencies(each, maxPositions).frequencies) as [
    Float64Array,
    Float64Array,
  ];
  return Float32Array.from(before, (frequency, i) => frequency / (after[i] as number));
}
