import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope } from "../../config/rope.ts";
import type { Windows } from "../../config/windows.ts";
import { type DecoderConfig, type DecoderDefaults, formatDecoder, parseDecoder } from "../../family/decoderConfig.ts";
import { LLAMA_TYPES, type LlamaType } from "./modelTypes.ts";
import { formatWindows, parseWindows } from "./windows.ts";

/**
 * Config of a Llama, Mistral, Qwen 2, Qwen 3 or SmolLM3 (https://huggingface.co/docs/transformers/model_doc/llama). Qwen 2
 * has biases on queries, keys and values; Qwen 3 has norms on queries and keys; SmolLM3 has layers without positions.
 */
export interface LlamaConfig extends DecoderConfig {
  readonly modelType: LlamaType;
  /** Whether all projections of the attention have a bias. Llama, Qwen 3 and SmolLM3 may have them. */
  readonly attentionBias: boolean;
  /** Whether the feed-forward's maps have a bias. Llama and SmolLM3 may have them. */
  readonly ffnBias: boolean;
  /** Absent: a query sees all keys up to its own, in every layer. */
  readonly windows?: Windows;
  /** For each layer, whether its queries and keys turn with their positions. Absent: they do. */
  readonly rotaryLayers?: readonly boolean[];
}

const LLAMA: DecoderDefaults = {
  ...{ vocabSize: 32000, hiddenSize: 4096, ffnDim: 11008, maxPositions: 2048 },
  ...{ numLayers: 32, numHeads: 32, normEps: 1e-6, bos: 1, eos: 2 },
};
const QWEN: DecoderDefaults = {
  ...{ vocabSize: 151936, hiddenSize: 4096, ffnDim: 22016, maxPositions: 32768 },
  ...{ numLayers: 32, numHeads: 32, numKeyValueHeads: 32, normEps: 1e-6 },
};
const DEFAULTS: Readonly<Record<LlamaType, DecoderDefaults>> = {
  llama: LLAMA,
  mistral: { ...LLAMA, ffnDim: 14336, maxPositions: 131072, numKeyValueHeads: 8 },
  qwen2: QWEN,
  qwen3: { ...QWEN, headDim: 128 },
  smollm3: {
    ...{ vocabSize: 128256, hiddenSize: 2048, ffnDim: 11008, maxPositions: 32768, normEps: 1e-6, tied: true },
    ...{ numLayers: 36, numHeads: 16, numKeyValueHeads: 4, bos: 128000, eos: 128001, pad: 128004 },
    rope: { theta: 2_000_000 },
  },
};

const WITH_ATTENTION_BIAS: readonly LlamaType[] = ["llama", "qwen3", "smollm3"];
const WITH_FFN_BIAS: readonly LlamaType[] = ["llama", "smollm3"];

/**
 * Reads Hugging Face's `config.json` of `model_type` "llama", "mistral", "qwen2", "qwen3" or "smollm3"
 * (https://huggingface.co/docs/transformers/model_doc/llama). Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseLlamaConfig(json: unknown): LlamaConfig {
  const fields = new ConfigFields(json);
  const type = fields.oneOf("model_type", Object.fromEntries(LLAMA_TYPES.map((each) => [each, each])), "");
  const decoder = parseDecoder(fields, type, DEFAULTS[type]);
  return {
    ...decoder,
    attentionBias: WITH_ATTENTION_BIAS.includes(type) && fields.boolean("attention_bias", false),
    ffnBias: WITH_FFN_BIAS.includes(type) && fields.boolean("mlp_bias", false),
    ...parseLayers(fields, type, decoder.numLayers),
  };
}

/** Which layers see a window, and in SmolLM3 which have positions: by default those before each fourth. */
function parseLayers(
  fields: ConfigFields,
  type: LlamaType,
  numLayers: number,
): Pick<LlamaConfig, "windows" | "rotaryLayers"> {
  if (type !== "smollm3")
    return parseWindows(fields, type, numLayers, (layer) => layer >= fields.integer("max_window_layers", 28));
  const interval = fields.integer("no_rope_layer_interval", 4);
  if (interval === 0) fields.fail("no_rope_layer_interval", "a whole number above 0");
  const given = fields.optionalFlags("no_rope_layers", numLayers);
  const rotaryLayers = given ?? Array.from({ length: numLayers }, (_, layer) => (layer + 1) % interval !== 0);
  return { ...parseWindows(fields, type, numLayers, (layer) => rotaryLayers[layer] === false), rotaryLayers };
}

/**
 * Formats a `config.json` that transformers loads as one of {@link LLAMA_TYPES}: {@link parseLlamaConfig} reads it
 * back.
 */
export function formatLlamaConfig(config: LlamaConfig): Record<string, unknown> {
  checkRecord("formatLlamaConfig", "config", config);
  const type = config.modelType;
  return {
    ...formatDecoder(config),
    ...(WITH_ATTENTION_BIAS.includes(type) && { attention_bias: config.attentionBias }),
    ...(WITH_FFN_BIAS.includes(type) && { mlp_bias: config.ffnBias }),
    ...formatRope(config.rotary),
    ...formatWindows(config.windows, type),
    ...(config.rotaryLayers && { no_rope_layers: config.rotaryLayers.map(Number) }),
  };
}
