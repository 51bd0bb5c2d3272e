import { single } from "../header/ggufModel.ts";
import type { MetadataFields } from "../header/metadataFields.ts";
import { count, float } from "../header/metadataValues.ts";
import { DECODER_SIZES, type Entry, type GgufArchitecture, type Header, type Json, RMS_EPS } from "./architecture.ts";
import { GATED_PARTS, LLAMA_ATTENTION, LLAMA_ENDS, LLAMA_GATED, LLAMA_NORMS } from "./llama.ts";

const COMMON = {
  sizeNames: DECODER_SIZES,
  keys: [RMS_EPS],
  rotary: "whole",
  hasShiftedNorms: true,
  fixed: { hidden_activation: "gelu_pytorch_tanh" },
} as const satisfies Partial<GgufArchitecture>;

/** Gemma 1. */
export const gemma: GgufArchitecture = {
  ...COMMON,
  name: "gemma",
  classes: { gemma: "GemmaForCausalLM" },
  names: { ...LLAMA_ENDS, ...LLAMA_ATTENTION, ...LLAMA_GATED, ...LLAMA_NORMS },
  needed: ["attn_norm", ...GATED_PARTS, "ffn_norm"],
  fixed: { hidden_act: "gelu_pytorch_tanh" },
};

const NORMED_TWICE = {
  names: {
    ...LLAMA_ENDS,
    ...LLAMA_ATTENTION,
    ...LLAMA_GATED,
    "blk.*.attn_norm.weight": "model.layers.*.input_layernorm.weight",
    "blk.*.post_attention_norm.weight": "model.layers.*.post_attention_layernorm.weight",
    "blk.*.ffn_norm.weight": "model.layers.*.pre_feedforward_layernorm.weight",
    "blk.*.post_ffw_norm.weight": "model.layers.*.post_feedforward_layernorm.weight",
  },
  needed: ["attn_norm", ...GATED_PARTS, "ffn_norm", "post_attention_norm", "post_ffw_norm"],
};

/** Gemma 2, whose layers have a window in turns. What a file lacks llama.cpp has by heart. */
export const gemma2: GgufArchitecture = {
  ...COMMON,
  ...NORMED_TWICE,
  name: "gemma2",
  classes: { gemma2: "Gemma2ForCausalLM" },
  keys: [
    RMS_EPS,
    { key: "attn_logit_softcapping", field: "attn_logit_softcapping", kind: "float", absent: 50 },
    { key: "final_logit_softcapping", field: "final_logit_softcapping", kind: "float", absent: 30 },
  ],
  read: (header) => {
    const { fields, at } = header;
    const window = fields.number(at("attention.sliding_window")) ?? 4096;
    fields.expectNeutral(at("rope.freq_base_swa"), [fields.number(at("rope.freq_base")) ?? 10000]);
    return { query_pre_attn_scalar: queryScalar(header, 46), ...windowFields(header, window, 2) };
  },
  write: (json) => windowKeys(json, 2),
};

/** Gemma 3, the model of text. */
export const gemma3: GgufArchitecture = {
  ...COMMON,
  ...NORMED_TWICE,
  name: "gemma3",
  classes: { gemma3_text: "Gemma3ForCausalLM" },
  needed: [...NORMED_TWICE.needed, "attn_q_norm", "attn_k_norm"],
  read: (header, json) => {
    const { fields, at } = header;
    const { rope_parameters: full } = json as { rope_parameters: Json };
    if (full["rope_type"] !== "default" && full["rope_type"] !== "linear") {
      fields.fail(at("rope.scaling.type"), "none or linear", String(full["rope_type"]));
    }
    const local = single(fields.number(at("rope.freq_base_swa")) ?? 10000);
    const softcap = fields.number(at("final_logit_softcapping")) ?? 0;
    return {
      query_pre_attn_scalar: queryScalar(header, 62),
      final_logit_softcapping: softcap === 0 ? null : single(softcap),
      ...windowFields(header, fields.number(at("attention.sliding_window")) ?? 0, 6),
      rope_parameters: { full_attention: full, sliding_attention: { rope_type: "default", rope_theta: local } },
    };
  },
  write: (json) => {
    const { sliding_attention: local } = json["rope_parameters"] as { sliding_attention: Json };
    const softcap = json["final_logit_softcapping"];
    return [
      ...windowKeys(json, 6),
      ["rope.freq_base_swa", float(local["rope_theta"] as number)],
      ...(typeof softcap === "number" ? [["final_logit_softcapping", float(softcap)] as Entry] : []),
    ];
  },
};

/**
 * Scores are divided by its root: the width of a head, in the largest model, which llama.cpp knows by its layers, the width of
 * all by the number of heads. No key says it.
 */
function queryScalar({ sizes }: Pick<Header, "sizes">, largest: number): number {
  return sizes.layers === largest ? sizes.width / sizes.heads : sizes.headDim;
}

/** Which layers have a window: a pattern of the file, or all but each `period`th. */
function windowFields({ fields, at, sizes }: Header, window: number, period: number): Json {
  const isSliding = patternOf(fields, at("attention.sliding_window_pattern"), sizes.layers, period);
  const types = isSliding.map((each) => (each && window > 0 ? "sliding_attention" : "full_attention"));
  return { layer_types: types, ...(window > 0 && { sliding_window: window }) };
}

function patternOf(fields: MetadataFields, key: string, layers: number, fallback: number): readonly boolean[] {
  const given = fields.flags(key);
  if (given !== undefined) {
    return given.length === layers ? given : fields.fail(key, `${layers} booleans, one a layer`, `${given.length}`);
  }
  const period = fields.number(key) ?? fallback;
  if (!Number.isSafeInteger(layers) || layers > 10_000) return []; // refused by the config
  return Array.from({ length: layers }, (_, layer) => period === 0 || (period > 1 && (layer + 1) % period !== 0));
}

/**
 * The window, 0 for none, and each how many layers one has none, where it is not what llama.cpp takes. Layers that follow no
 * such rule are not held: reading them back shows it.
 */
function windowKeys(json: Json, usual: number): readonly Entry[] {
  const isSliding = (json["layer_types"] as readonly string[]).map((type) => type === "sliding_attention");
  const isAny = isSliding.includes(true);
  const window = count(isAny ? (json["sliding_window"] as number) : 0);
  const period = isSliding.indexOf(false) + 1;
  const isUsual = isSliding.every((each, layer) => each === ((layer + 1) % usual !== 0));
  return [
    ["attention.sliding_window", window],
    ...(isAny && !isUsual ? [["attention.sliding_window_pattern", count(period)] as Entry] : []),
  ];
}
