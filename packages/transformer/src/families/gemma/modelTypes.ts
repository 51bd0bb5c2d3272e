/** The `model_type`s of Gemma 1, 2 and 3, the last for text alone. */
export const GEMMA_TYPES = ["gemma", "gemma2", "gemma3_text"] as const;

/** One of {@link GEMMA_TYPES}. */
export type GemmaType = (typeof GEMMA_TYPES)[number];
