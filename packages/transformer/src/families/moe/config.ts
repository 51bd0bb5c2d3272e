import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope } from "../../config/rope.ts";
import { layerTypes, layerWindows, slidingWindow, type Windows } from "../../config/windows.ts";
import { type DecoderConfig, type DecoderDefaults, formatDecoder, parseDecoder } from "../../family/decoderConfig.ts";
import { MOE_TYPES, type MoeType } from "./modelTypes.ts";

/** Config of a Mixtral, Qwen 2 MoE or Qwen 3 MoE (https://huggingface.co/docs/transformers/model_doc/mixtral). */
export interface MoeConfig extends DecoderConfig {
  readonly modelType: MoeType;
  /** Whether projections of the attention have a bias: in Qwen 3 all, in Qwen 2 those of queries, keys and values. */
  readonly attentionBias: boolean;
  readonly numExperts: number;
  /** Number of experts that a token is read by. */
  readonly expertsPerToken: number;
  /** Whether the weights of a token's experts sum up to 1. */
  readonly isNormalized: boolean;
  /** The width between the maps of an expert, and of the one that reads all tokens if there is one. */
  readonly expertDim: number;
  readonly sharedDim?: number;
  /** For each layer, whether it has experts. */
  readonly expertLayers: readonly boolean[];
  /** Absent: a query sees all keys up to its own, in every layer. */
  readonly windows?: Windows;
  /** Factor of the load-balancing loss that is added to the loss. Absent: none is. */
  readonly balanceFactor?: number;
}

const DEFAULTS: Readonly<Record<MoeType, DecoderDefaults>> = {
  mixtral: {
    ...{ vocabSize: 32000, hiddenSize: 4096, ffnDim: 14336, numLayers: 32, numHeads: 32, numKeyValueHeads: 8 },
    ...{ maxPositions: 131072, normEps: 1e-5, bos: 1, eos: 2, rope: { theta: 1_000_000 } },
  },
  qwen2_moe: {
    ...{ vocabSize: 151936, hiddenSize: 2048, ffnDim: 5632, numLayers: 24, numHeads: 16, numKeyValueHeads: 16 },
    ...{ maxPositions: 32768, normEps: 1e-6 },
  },
  qwen3_moe: {
    ...{ vocabSize: 151936, hiddenSize: 2048, ffnDim: 6144, numLayers: 24, numHeads: 32, numKeyValueHeads: 4 },
    ...{ maxPositions: 32768, normEps: 1e-6 },
  },
};

/** Numbers of experts, of those of a token, and the width of one, where files have none. */
const EXPERTS: Readonly<Record<MoeType, readonly [count: number, perToken: number, dim: number]>> = {
  mixtral: [8, 2, 14336],
  qwen2_moe: [60, 4, 1408],
  qwen3_moe: [128, 8, 768],
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "mixtral", "qwen2_moe" or "qwen3_moe". Absent fields have
 * transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseMoeConfig(json: unknown): MoeConfig {
  const fields = new ConfigFields(json);
  const type = fields.oneOf("model_type", Object.fromEntries(MOE_TYPES.map((each) => [each, each])), "");
  const decoder = parseDecoder(fields, type, DEFAULTS[type]);
  const [count, perToken, dim] = EXPERTS[type];
  const isMixtral = type === "mixtral";
  if (isMixtral && fields.number("router_jitter_noise", 0) > 0) {
    fields.fail("router_jitter_noise", "0, as noise in the router is not known here");
  }
  const numExperts = fields.integer(fields.has("num_local_experts") ? "num_local_experts" : "num_experts", count);
  const expertsPerToken = fields.integer("num_experts_per_tok", perToken);
  if (expertsPerToken < 1 || (numExperts > 0 && expertsPerToken > numExperts)) {
    fields.fail("num_experts_per_tok", `a whole number from 1 to ${numExperts}`);
  }
  return {
    ...decoder,
    attentionBias:
      type === "qwen2_moe" ? fields.boolean("qkv_bias", true) : !isMixtral && fields.boolean("attention_bias", false),
    numExperts,
    expertsPerToken,
    isNormalized: isMixtral || fields.boolean("norm_topk_prob", false),
    expertDim: isMixtral ? decoder.ffnDim : fields.integer("moe_intermediate_size", dim),
    ...(type === "qwen2_moe" && { sharedDim: fields.integer("shared_expert_intermediate_size", 5632) }),
    expertLayers: expertLayersOf(fields, type, decoder.numLayers, numExperts),
    ...parseWindows(fields, type, decoder.numLayers),
    ...(fields.boolean("output_router_logits", false) && {
      balanceFactor: fields.number("router_aux_loss_coef", 0.001),
    }),
  };
}

function expertLayersOf(
  fields: ConfigFields,
  type: MoeType,
  numLayers: number,
  numExperts: number,
): readonly boolean[] {
  if (type === "mixtral") return Array<boolean>(numLayers).fill(true);
  const step = fields.integer("decoder_sparse_step", 1);
  if (step === 0) fields.fail("decoder_sparse_step", "a whole number above 0");
  const dense = fields.has("mlp_only_layers") ? fields.ids("mlp_only_layers", []) : [];
  return Array.from(
    { length: numLayers },
    (_, layer) => numExperts > 0 && (layer + 1) % step === 0 && !dense.includes(layer),
  );
}

function parseWindows(fields: ConfigFields, type: MoeType, numLayers: number): { readonly windows?: Windows } {
  const isOn = type === "mixtral" || fields.boolean("use_sliding_window", false);
  const isGiven = type !== "mixtral" || fields.has("sliding_window");
  const window = isOn && isGiven ? slidingWindow(fields, 4096) : null;
  const last = type === "qwen2_moe" ? fields.integer("max_window_layers", 28) : Infinity;
  const windows =
    type === "qwen2_moe"
      ? layerWindows(fields, numLayers, window, (layer) => layer % 2 === 0 && layer < last)
      : Array<number | null>(numLayers).fill(window);
  return windows.some((each) => each !== null) ? { windows } : {};
}

/** Formats a `config.json` that transformers loads as one of {@link MOE_TYPES}: {@link parseMoeConfig} reads it back. */
export function formatMoeConfig(config: MoeConfig): Record<string, unknown> {
  checkRecord("formatMoeConfig", "config", config);
  const { modelType: type, windows, expertLayers, balanceFactor } = config;
  const window = windows?.find((each) => each !== null) ?? null;
  const common = {
    ...formatDecoder(config),
    ...formatRope(config.rotary),
    num_experts_per_tok: config.expertsPerToken,
    ...(balanceFactor !== undefined && { output_router_logits: true, router_aux_loss_coef: balanceFactor }),
  };
  if (type === "mixtral") return { ...common, num_local_experts: config.numExperts, sliding_window: window };
  return {
    ...common,
    ...(type === "qwen2_moe" ? { qkv_bias: config.attentionBias } : { attention_bias: config.attentionBias }),
    num_experts: config.numExperts,
    norm_topk_prob: config.isNormalized,
    moe_intermediate_size: config.expertDim,
    ...(config.sharedDim !== undefined && { shared_expert_intermediate_size: config.sharedDim }),
    decoder_sparse_step: 1,
    mlp_only_layers: expertLayers.flatMap((has, layer) => (has ? [] : [layer])),
    ...(window !== null && { use_sliding_window: true, sliding_window: window }),
    ...(type === "qwen2_moe" && windows !== undefined && { layer_types: layerTypes(windows) }),
  };
}
