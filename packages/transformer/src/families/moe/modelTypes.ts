/** The `model_type`s that are Llama's form with a mixture of experts. */
export const MOE_TYPES = ["mixtral", "qwen2_moe", "qwen3_moe"] as const;

/** One of {@link MOE_TYPES}. */
export type MoeType = (typeof MOE_TYPES)[number];
