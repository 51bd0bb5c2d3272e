/** What every engine of the case llama is told. */
export interface LlamaWork {
  /** A Llama model's folder. */
  readonly folder: string;
  /** Reads the prompt, or makes tokens one by one after it. */
  readonly task: "prefill" | "decode";
}

/** Number of tokens of the prompt. */
export const PROMPT = 512;

/** Number of tokens that a run of `decode` makes. */
export const MADE = 8;

/** The sizes of https://huggingface.co/HuggingFaceTB/SmolLM2-135M: 538 MB of float32. */
export const SMOLLM2_135M = {
  model_type: "llama",
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  hidden_act: "silu",
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: 0,
};

/** Token ids from place `first` on. */
export function idsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => 1 + (((first + i) * 7919) % (SMOLLM2_135M.vocab_size - 1)));
}
