/** The `model_type`s that a {@link VitConfig} may have in a `config.json`. */
export const VIT_MODEL_TYPES = ["vit", "deit", "dinov2", "dinov2_with_registers", "dinov3_vit", "qkv_vit"] as const;

/** One of {@link VIT_MODEL_TYPES}. */
export type VitModelType = (typeof VIT_MODEL_TYPES)[number];
