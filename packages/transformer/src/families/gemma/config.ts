import type { RotaryConfig } from "@qkv/attention";
import { checkRecord } from "@qkv/ops";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope, formatRopeParameters, readRope } from "../../config/rope.ts";
import { layerTypes, layerWindows, slidingWindow, type Windows } from "../../config/windows.ts";
import {
  type DecoderConfig,
  type DecoderDefaults,
  type DecoderFieldNames,
  formatDecoder,
  parseDecoder,
} from "../../family/decoderConfig.ts";
import { GEMMA_TYPES, type GemmaType } from "./modelTypes.ts";

/** Config of a Gemma 1, 2 or 3 (https://huggingface.co/docs/transformers/model_doc/gemma3). */
export interface GemmaConfig extends DecoderConfig {
  readonly modelType: GemmaType;
  /** Whether all projections of the attention have a bias. */
  readonly attentionBias: boolean;
  /** Scores are divided by its square root. Absent in Gemma 1: the head's width. */
  readonly queryScalar?: number;
  /** Keeps scores between ±this. Only Gemma 2 has it. */
  readonly scoreSoftcap?: number;
  /** Keeps logits between ±this. Gemma 2 and 3 may have it. */
  readonly logitSoftcap?: number;
  /** Absent in Gemma 1: a query sees all keys up to its own, in every layer. */
  readonly windows?: Windows;
  /**
   * Whether a query sees the keys after its own too, as in EmbeddingGemma: in layers with a window those at most half of it
   * away, on both sides. Only Gemma 3 has it.
   */
  readonly isBidirectional?: boolean;
  /** Rotary positions of the layers with a window, in Gemma 3. */
  readonly localRotary?: RotaryConfig;
}

const COMMON = { normEps: 1e-6, activation: "gelu_pytorch_tanh", tied: true, headDim: 256, bos: 2, eos: 1, pad: 0 };
const GEMMA_2: DecoderDefaults = {
  ...COMMON,
  ...{ vocabSize: 256000, hiddenSize: 2304, ffnDim: 9216, maxPositions: 8192 },
  ...{ numLayers: 26, numHeads: 8, numKeyValueHeads: 4 },
};
const DEFAULTS: Readonly<Record<GemmaType, DecoderDefaults>> = {
  gemma: {
    ...COMMON,
    ...{ vocabSize: 256000, hiddenSize: 3072, ffnDim: 24576, maxPositions: 8192 },
    ...{ numLayers: 28, numHeads: 16, numKeyValueHeads: 16 },
  },
  gemma2: GEMMA_2,
  gemma3_text: { ...GEMMA_2, vocabSize: 262208, maxPositions: 131072 },
};

const NAMES: Readonly<Record<GemmaType, DecoderFieldNames>> = {
  gemma: {},
  gemma2: { activation: "hidden_activation" },
  gemma3_text: { activation: "hidden_activation" },
};

/** Of files that say none. Python wants one even where no layer has a window. */
const WINDOW = 4096;
const GLOBAL_THETA = 1_000_000;
const LOCAL_THETA = 10_000;

/**
 * Reads Hugging Face's `config.json` of `model_type` "gemma", "gemma2" or "gemma3_text". Absent fields have
 * transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGemmaConfig(json: unknown): GemmaConfig {
  const fields = new ConfigFields(json);
  const type = fields.oneOf("model_type", Object.fromEntries(GEMMA_TYPES.map((each) => [each, each])), "");
  const isBidirectional = fields.boolean("use_bidirectional_attention", false);
  if (isBidirectional && type !== "gemma3_text") {
    fields.fail("use_bidirectional_attention", `false or null in ${type}, which transformers reads from its beginning`);
  }
  const attentionBias = fields.boolean("attention_bias", false);
  if (type === "gemma3_text")
    return { ...parseGemma3(fields), attentionBias, ...(isBidirectional && { isBidirectional }) };
  const decoder = parseDecoder(fields, type, DEFAULTS[type], NAMES[type]);
  if (type === "gemma2")
    return { ...decoder, attentionBias, ...parseGemma2(fields, decoder, (layer) => layer % 2 === 0) };
  // What early files call gelu is the approximation by tanh.
  const activation = decoder.activation === "gelu" ? "geluTanh" : decoder.activation;
  return { ...decoder, activation, attentionBias };
}

/** The fields that Gemma 2 and 3 share. */
function parseGemma2(
  fields: ConfigFields,
  { modelType, numLayers }: DecoderConfig,
  isSliding: (layer: number) => boolean,
) {
  const queryScalar = fields.number("query_pre_attn_scalar", 256);
  if (queryScalar === 0) fields.fail("query_pre_attn_scalar", "a number above 0");
  // Gemma 3 has the field and scores without a cap.
  const scoreSoftcap = modelType === "gemma2" ? softcap(fields, "attn_logit_softcapping", 50) : undefined;
  const windows = layerWindows(fields, numLayers, slidingWindow(fields, WINDOW), isSliding);
  if (!fields.has("layer_types") && windows.some((each, layer) => each === null && isSliding(layer))) {
    fields.fail("sliding_window", "a whole number above 0 where layer_types does not say that no layer has a window");
  }
  const logitSoftcap = softcap(fields, "final_logit_softcapping", modelType === "gemma2" ? 30 : undefined);
  return {
    queryScalar,
    ...(scoreSoftcap !== undefined && { scoreSoftcap }),
    ...(logitSoftcap !== undefined && { logitSoftcap }),
    windows,
  };
}

function softcap(fields: ConfigFields, name: string, fallback: number | undefined): number | undefined {
  const cap = fields.isNull(name) ? undefined : (fields.optionalNumber(name) ?? fallback);
  return cap === 0 ? fields.fail(name, "null or a number above 0") : cap;
}

function parseGemma3(fields: ConfigFields): Omit<GemmaConfig, "attentionBias"> {
  const ropes = fields.optionalObject("rope_parameters");
  ropes?.expectOnly(["full_attention", "sliding_attention"]);
  const [full, local] = [ropes?.optionalObject("full_attention"), ropes?.optionalObject("sliding_attention")];
  const scaling = fields.optionalObject("rope_scaling");
  if (scaling !== undefined && full !== undefined) {
    fields.fail("rope_scaling", "absent beside rope_parameters.full_attention, which it would change");
  }
  const decoder = parseDecoder(fields, "gemma3_text", DEFAULTS.gemma3_text, NAMES.gemma3_text, (headDim, longest) =>
    readRope(fields, full ?? scaling, headDim, longest, { theta: GLOBAL_THETA }),
  );
  const localRotary = readRope(fields, local, decoder.headDim, decoder.maxPositions, {
    ...{ theta: LOCAL_THETA, thetaField: "rope_local_base_freq" },
  });
  const period = fields.integer("sliding_window_pattern", 6);
  if (period === 0) fields.fail("sliding_window_pattern", "a whole number above 0");
  return { ...decoder, localRotary, ...parseGemma2(fields, decoder, (layer) => (layer + 1) % period !== 0) };
}

/** Formats a `config.json` that transformers loads as one of {@link GEMMA_TYPES}: {@link parseGemmaConfig} reads it back. */
export function formatGemmaConfig(config: GemmaConfig): Record<string, unknown> {
  checkRecord("formatGemmaConfig", "config", config);
  const { modelType: type, windows, localRotary, rotary, queryScalar, scoreSoftcap, logitSoftcap } = config;
  const common = { ...formatDecoder(config, NAMES[type]), attention_bias: config.attentionBias };
  if (type === "gemma") return { ...common, ...formatRope(rotary) };
  return {
    ...common,
    query_pre_attn_scalar: queryScalar,
    final_logit_softcapping: logitSoftcap ?? null,
    attn_logit_softcapping: scoreSoftcap ?? null,
    ...(config.isBidirectional && { use_bidirectional_attention: true }),
    ...(windows && {
      sliding_window: windows.find((each) => each !== null) ?? WINDOW,
      layer_types: layerTypes(windows),
    }),
    ...(localRotary === undefined
      ? formatRope(rotary)
      : {
          rope_parameters: {
            full_attention: formatRopeParameters(rotary),
            sliding_attention: formatRopeParameters(localRotary),
          },
        }),
  };
}
