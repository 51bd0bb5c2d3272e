/** The `model_type`s that are Llama, or Llama with further biases, norms, windows or layers without positions. */
export const LLAMA_TYPES = ["llama", "mistral", "qwen2", "qwen3", "smollm3"] as const;

/** One of {@link LLAMA_TYPES}. */
export type LlamaType = (typeof LLAMA_TYPES)[number];
