import type { Header, Json } from "./architectures/architecture.ts";
import { single } from "./header/ggufModel.ts";

/** The tensors that say how rotary positions are stretched, parts of the config: at every length, in long texts, in short ones. */
export const ROPE_FACTORS = {
  all: "rope_freqs.weight",
  long: "rope_factors_long.weight",
  short: "rope_factors_short.weight",
} as const;

/** Whether a tensor is one of {@link ROPE_FACTORS}. */
export function isRopeFactors(name: string): boolean {
  return (Object.values(ROPE_FACTORS) as string[]).includes(name);
}

/**
 * The field `rope_parameters`: base, which features turn, and how they are stretched. Nothing where none do.
 *
 * @param kind whether whole heads turn, or a share that the file says
 */
export function ropeFields(header: Header, kind: "whole" | "partial" | undefined): Json {
  if (kind === undefined) return {};
  const { fields, at, sizes } = header;
  const base = fields.number(at("rope.freq_base"));
  const dim = fields.number(at("rope.dimension_count")) ?? sizes.headDim;
  if (kind === "whole") fields.expectNeutral(at("rope.dimension_count"), [sizes.headDim]);
  return {
    rope_parameters: {
      rope_theta: base === undefined ? 10000 : single(base),
      ...(kind === "partial" && { partial_rotary_factor: dim / sizes.headDim }),
      ...stretchOf(header, dim),
    },
  };
}

function stretchOf(header: Header, dim: number): Json {
  const { fields, at, sizes, ropeFactors } = header;
  const [all, long, short] = (["all", "long", "short"] as const).map((kind) => {
    const factors = ropeFactors?.get(ROPE_FACTORS[kind]);
    if (factors !== undefined) checkFactors(header, ROPE_FACTORS[kind], factors, dim);
    return factors;
  });
  const type = fields.string(at("rope.scaling.type"));
  if (long !== undefined || short !== undefined || type === "longrope") return longRope(header, long, short, type);
  const scaling = scalingOf(header);
  if (all === undefined) return scaling;
  if (scaling["rope_type"] !== "default") {
    fields.fail(at("rope.scaling.type"), `none beside the tensor ${ROPE_FACTORS.all}`, String(scaling["rope_type"]));
  }
  // Frequencies that are divided one by one, as Llama 3's are: what transformers calls longrope, the same at every length.
  return {
    rope_type: "longrope",
    ...{ short_factor: all, long_factor: all, factor: 1, attention_factor: 1 },
    original_max_position_embeddings: sizes.maxPositions,
  };
}

function checkFactors({ fields }: Header, name: string, factors: readonly number[], dim: number): void {
  if (factors.length === dim / 2 && factors.every((factor) => factor > 0 && factor < Infinity)) return;
  fields.fail(name, `${dim / 2} numbers above 0`, `${factors.length}, or others`);
}

/** LongRoPE's divisors of short and of long texts, as Phi 3 has them; its files say no type. */
function longRope(
  { fields, at, sizes }: Header,
  long: readonly number[] | undefined,
  short: readonly number[] | undefined,
  type: string | undefined,
): Json {
  if (type !== undefined && type !== "longrope") {
    fields.fail(at("rope.scaling.type"), `longrope beside the tensor ${ROPE_FACTORS.long}`, JSON.stringify(type));
  }
  if (long === undefined || short === undefined) {
    fields.fail(long === undefined ? ROPE_FACTORS.long : ROPE_FACTORS.short, "a tensor", "none of this name");
  }
  checkYarn({ fields, at });
  fields.expectNeutral(at("rope.scaling.factor"), [1]);
  const attention = fields.number(at("rope.scaling.attn_factor"));
  return {
    rope_type: "longrope",
    ...{ short_factor: short, long_factor: long },
    ...(attention !== undefined && { attention_factor: single(attention) }),
    original_max_position_embeddings: fields.number(at("rope.scaling.original_context_length")) ?? sizes.maxPositions,
  };
}

function checkYarn({ fields, at }: Pick<Header, "fields" | "at">): void {
  const key = (name: string) => at(`rope.scaling.${name}`);
  fields.boolean(key("finetuned"));
  fields.expectNeutral(key("yarn_attn_factor"), [1]);
  fields.expectNeutral(key("yarn_ext_factor"), [1]);
  fields.expectNeutral(key("yarn_log_multiplier"), [0]);
}

function scalingOf({ fields, at, sizes }: Header): Json {
  const key = (name: string) => at(`rope.scaling.${name}`);
  const type = fields.string(key("type")) ?? "linear"; // as llama.cpp takes it
  const factor = single(fields.number(key("factor")) ?? fields.number(at("rope.scale_linear")) ?? 1);
  const original = fields.number(key("original_context_length"));
  fields.number(at("rope.scale_linear")); // of files from before 2023-11
  checkYarn({ fields, at });
  fields.expectNeutral(key("attn_factor"), [1]);
  const [fast, slow] = [fields.number(key("yarn_beta_fast")), fields.number(key("yarn_beta_slow"))];
  if (type === "none" || (type === "linear" && factor === 1)) return { rope_type: "default" };
  if (type === "linear") return { rope_type: "linear", factor };
  if (type !== "yarn") return fields.fail(key("type"), "none, linear, yarn or longrope", JSON.stringify(type));
  return {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: original ?? sizes.maxPositions,
    ...(fast !== undefined && { beta_fast: fast }),
    ...(slow !== undefined && { beta_slow: slow }),
  };
}
