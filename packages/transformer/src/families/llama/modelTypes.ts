/** The `model_type`s that are Llama, or Llama with further biases or norms. */
export const LLAMA_TYPES = ["llama", "mistral", "qwen2", "qwen3"] as const;

/** One of {@link LLAMA_TYPES}. */
export type LlamaType = (typeof LLAMA_TYPES)[number];
