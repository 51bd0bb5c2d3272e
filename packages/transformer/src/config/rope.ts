import type { RotaryConfig, RotaryScaling } from "@qkv/attention";
import type { ConfigFields } from "./configFields.ts";

type Scaling<Type> = Extract<RotaryScaling, { readonly type: Type }>;

/** The fields that a scaling is read from. */
interface RopeSource {
  readonly rope: ConfigFields;
  /** Number of rotated features, and their share of a head's features. */
  readonly dim: number;
  readonly share: number;
  readonly maxPositions: number;
  readonly originalLength: number;
}

/** Readers of each `rope_type`, as in transformers' `modeling_rope_utils.py`. */
const ROPE_TYPES: Readonly<Record<string, (source: RopeSource) => RotaryScaling | undefined>> = {
  default: () => undefined,
  linear: ({ rope }) => ({ type: "linear", factor: factorOf(rope) }),
  // Regardless of the length in the file: transformers stretches beyond `max_position_embeddings`.
  dynamic: ({ rope, maxPositions }) => ({ type: "dynamic", factor: factorOf(rope), originalLength: maxPositions }),
  yarn: yarnOf,
  longrope: longropeOf,
  llama3: ({ rope, originalLength }) => ({
    type: "llama3",
    factor: factorOf(rope),
    originalLength,
    lowFreqFactor: rope.required("low_freq_factor"),
    highFreqFactor: rope.required("high_freq_factor"),
  }),
  proportional: ({ rope, share }) => ({
    type: "proportional",
    factor: rope.has("factor") ? factorOf(rope) : 1,
    proportion: share,
  }),
};

const NAMED = Object.fromEntries(Object.keys(ROPE_TYPES).map((type) => [type, type]));

// Of every type, and two that change nothing: how a model was made, and what a model of pictures turns separately.
const KNOWN = [
  ...["rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "original_max_position_embeddings"],
  ...["attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate"],
  ...["short_factor", "long_factor", "low_freq_factor", "high_freq_factor", "mrope_section", "finetuned"],
];

/** What differs between families in the fields of rotary positions. */
export interface RopeOptions {
  /** The base where a file has none. Default 10000. */
  readonly theta?: number;
  /** Name of the base beside `rope_parameters`. Default `rope_theta`. */
  readonly thetaField?: string;
  /** The share of a head's features that turn where a file has none. Left out: whole heads turn. */
  readonly share?: number;
  /** Name of the share beside `rope_parameters`. Default `partial_rotary_factor`. */
  readonly shareField?: string;
  /** The types that the family has, by the names that files have for them. Default all. */
  readonly types?: Readonly<Record<string, string>>;
  /** `original_max_position_embeddings` where it is always the one beside `rope_parameters`. */
  readonly originalLength?: number;
}

/**
 * Reads the rotary positions of a `config.json`: `rope_parameters`, or `rope_scaling` and `rope_theta` of releases
 * before transformers 5, which take precedence where both are present.
 *
 * @param headDim D
 * @throws ConfigError naming the field; unknown fields are refused, since they may change every number
 */
export function parseRope(
  fields: ConfigFields,
  headDim: number,
  maxPositions: number,
  options: RopeOptions = {},
): RotaryConfig {
  return readRope(fields, ropeOf(fields), headDim, maxPositions, options);
}

/** Reads the share of a head's features that turn, where a family has one. */
export function parseRotaryShare(fields: ConfigFields, options: RopeOptions): number {
  return shareOf(fields, ropeOf(fields), options);
}

function ropeOf(fields: ConfigFields): ConfigFields | undefined {
  const scaling = fields.optionalObject("rope_scaling");
  return scaling?.isEmpty() === false ? scaling : fields.optionalObject("rope_parameters");
}

function shareOf(fields: ConfigFields, rope: ConfigFields | undefined, options: RopeOptions): number {
  const { share = 1, shareField = "partial_rotary_factor" } = options;
  return rope?.optionalNumber("partial_rotary_factor") ?? fields.number(shareField, share);
}

/**
 * Reads rotary positions from one set of parameters.
 *
 * @param fields those of the file, for what it has beside the parameters
 */
export function readRope(
  fields: ConfigFields,
  rope: ConfigFields | undefined,
  headDim: number,
  maxPositions: number,
  options: RopeOptions = {},
): RotaryConfig {
  if (options.share === undefined && headDim % 2 !== 0) fields.fail("head_dim", "even, as rotary positions need it");
  const { theta = 10000, thetaField = "rope_theta", types = NAMED } = options;
  const base = rope?.optionalNumber("rope_theta") ?? fields.number(thetaField, theta);
  if (base === 0) fields.fail(thetaField, "a number above 0");
  const share = shareOf(fields, rope, options);
  const turning = options.share === undefined ? headDim : Math.trunc(headDim * share);
  if (turning < 2 || turning % 2 !== 0 || turning > headDim) {
    const [named, name] = rope?.has("partial_rotary_factor")
      ? [rope, "partial_rotary_factor"]
      : [fields, options.shareField ?? "partial_rotary_factor"];
    named.fail(name, `a share of ${headDim} features that is a whole even number of them`);
  }
  if (rope === undefined) return { dim: turning, base };
  rope.expectOnly(KNOWN);
  const type = rope.oneOf(rope.has("rope_type") ? "rope_type" : "type", types, "default");
  const read = ROPE_TYPES[type] as (typeof ROPE_TYPES)[string];
  // Here a share is of features with a frequency above 0, and the whole head turns.
  const dim = type === "proportional" ? headDim : turning;
  if (share !== 1 && options.share === undefined && type !== "default" && type !== "proportional") {
    rope.fail("partial_rotary_factor", "1, since whole heads turn");
  }
  const originalLength =
    fields.optionalInteger("original_max_position_embeddings") ??
    options.originalLength ??
    rope.integer("original_max_position_embeddings", maxPositions);
  const stretched = read({ rope, dim, share, maxPositions, originalLength });
  return { dim, base, ...(stretched && { scaling: stretched }) };
}

function yarnOf({ rope, maxPositions, originalLength }: RopeSource): Scaling<"yarn"> {
  const factor = rope.has("factor") ? factorOf(rope) : maxPositions / originalLength;
  const attentionFactor = rope.optionalNumber("attention_factor") ?? mscaleRatio(rope, factor);
  return {
    type: "yarn",
    factor,
    originalLength,
    betaFast: rope.number("beta_fast", 32) || 32,
    betaSlow: rope.number("beta_slow", 1) || 1,
    ...(attentionFactor !== undefined && { attentionFactor }),
    ...(!rope.boolean("truncate", true) && { truncate: false }),
  };
}

/** The ratio of DeepSeek's two factors of the attention, which is all that matters. */
function mscaleRatio(rope: ConfigFields, factor: number): number | undefined {
  const [mscale, allDim] = [rope.number("mscale", 0), rope.number("mscale_all_dim", 0)];
  if (mscale === 0 || allDim === 0) return undefined;
  const of = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  return of(mscale) / of(allDim);
}

function longropeOf({ rope, dim, maxPositions, originalLength }: RopeSource): Scaling<"longrope"> {
  const attentionFactor = rope.optionalNumber("attention_factor");
  return {
    type: "longrope",
    factor: rope.has("factor") ? factorOf(rope) : maxPositions / originalLength,
    originalLength,
    shortFactors: rope.positiveNumbers("short_factor", dim / 2),
    longFactors: rope.positiveNumbers("long_factor", dim / 2),
    ...(attentionFactor !== undefined && { attentionFactor }),
  };
}

function factorOf(rope: ConfigFields): number {
  const factor = rope.required("factor");
  return factor > 0 ? factor : rope.fail("factor", "a number above 0");
}

/**
 * Formats the fields that {@link parseRope} reads: both those of transformers 5 and those of the releases before.
 *
 * @param share that of a head's features, in a family that has one
 */
export function formatRope(
  { base = 10000, scaling }: RotaryConfig = { dim: 0 },
  share?: number,
): Record<string, unknown> {
  const part = share === undefined ? {} : { partial_rotary_factor: share };
  const fields = formatScaling(scaling);
  return {
    rope_parameters: { rope_theta: base, ...part, ...fields },
    rope_theta: base,
    ...part,
    ...(scaling && { rope_scaling: { ...fields, ...part } }),
  };
}

/** Formats one set of parameters, as {@link readRope} reads it. */
export function formatRopeParameters({ base = 10000, scaling }: RotaryConfig): Record<string, unknown> {
  return { rope_theta: base, ...formatScaling(scaling) };
}

function formatScaling(scaling: RotaryScaling | undefined): Record<string, unknown> {
  if (scaling === undefined) return { rope_type: "default" };
  const common = { rope_type: scaling.type, factor: scaling.factor };
  if (scaling.type === "linear" || scaling.type === "dynamic") return common;
  if (scaling.type === "proportional") return { ...common, partial_rotary_factor: scaling.proportion };
  const stretched = { ...common, original_max_position_embeddings: scaling.originalLength };
  if (scaling.type === "llama3") {
    return { ...stretched, low_freq_factor: scaling.lowFreqFactor, high_freq_factor: scaling.highFreqFactor };
  }
  const attention = scaling.attentionFactor !== undefined && { attention_factor: scaling.attentionFactor };
  if (scaling.type === "longrope") {
    return { ...stretched, short_factor: scaling.shortFactors, long_factor: scaling.longFactors, ...attention };
  }
  const { betaFast = 32, betaSlow = 1, truncate = true } = scaling;
  return { ...stretched, beta_fast: betaFast, beta_slow: betaSlow, ...attention, ...(!truncate && { truncate }) };
}
