import { type GgufModel, single } from "./ggufModel.ts";
import type { MetadataFields } from "./metadataFields.ts";

type Key = (key: string) => string;

/** The fields of the rotary positions: base, and how they are stretched. */
export function ropeFields(
  { fields, ropeFactors }: GgufModel,
  at: Key,
  headDim: number,
  maxPositions: number,
): Record<string, unknown> {
  const base = fields.number(at("rope.freq_base"));
  const scaling = scalingOf(fields, at, maxPositions);
  if (ropeFactors !== undefined && scaling !== null) {
    fields.fail(at("rope.scaling.type"), "none beside the tensor rope_freqs.weight", String(scaling["rope_type"]));
  }
  const stretched = ropeFactors === undefined ? scaling : dividedBy(ropeFactors, headDim, maxPositions, fields);
  return { rope_theta: base === undefined ? 10000 : single(base), rope_scaling: stretched };
}

/** Frequencies that are divided one by one, as Llama 3's are: what transformers calls longrope, the same at every length. */
function dividedBy(factors: readonly number[], headDim: number, maxPositions: number, fields: MetadataFields) {
  if (factors.length !== headDim / 2 || !factors.every((factor) => factor > 0 && factor < Infinity)) {
    fields.fail("rope_freqs.weight", `${headDim / 2} numbers above 0`, `${factors.length}, or others`);
  }
  return {
    rope_type: "longrope",
    ...{ short_factor: factors, long_factor: factors, factor: 1, attention_factor: 1 },
    original_max_position_embeddings: maxPositions,
  };
}

function scalingOf(fields: MetadataFields, at: Key, maxPositions: number): Record<string, unknown> | null {
  const key = (name: string) => at(`rope.scaling.${name}`);
  const type = fields.string(key("type")) ?? "linear"; // as llama.cpp takes it
  const factor = single(fields.number(key("factor")) ?? fields.number(at("rope.scale_linear")) ?? 1);
  const original = fields.number(key("original_context_length"));
  fields.number(at("rope.scale_linear")); // of files from before 2023-11
  fields.boolean(key("finetuned"));
  fields.expectNeutral(key("attn_factor"), [1]);
  fields.expectNeutral(key("yarn_attn_factor"), [1]);
  fields.expectNeutral(key("yarn_ext_factor"), [1]);
  fields.expectNeutral(key("yarn_log_multiplier"), [0]);
  const [fast, slow] = [fields.number(key("yarn_beta_fast")), fields.number(key("yarn_beta_slow"))];
  if (type === "none" || (type === "linear" && factor === 1)) return null;
  if (type === "linear") return { rope_type: "linear", factor };
  if (type !== "yarn") return fields.fail(key("type"), "none, linear or yarn", JSON.stringify(type));
  return {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: original ?? maxPositions,
    ...(fast !== undefined && { beta_fast: fast }),
    ...(slow !== undefined && { beta_slow: slow }),
  };
}
