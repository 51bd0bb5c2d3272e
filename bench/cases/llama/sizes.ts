/** A Llama's `config.json`. */
export interface LlamaJson {
  readonly model_type: "llama";
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
}

const SHARED = {
  ...({ model_type: "llama", hidden_act: "silu", rms_norm_eps: 1e-5 } as const),
  ...({ max_position_embeddings: 2048, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: 0 } as const),
};

/** The sizes of https://huggingface.co/HuggingFaceTB/SmolLM2-135M: 538 MB of float32. */
export const SMOLLM2_135M = {
  ...SHARED,
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  rope_theta: 100000,
} satisfies LlamaJson;

/** The sizes of https://huggingface.co/meta-llama/Llama-3.2-1B, without the scaling of its positions: 4.9 GB of float32. */
export const LLAMA_3_2_1B = {
  ...SHARED,
  vocab_size: 128256,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  rope_theta: 500000,
} satisfies LlamaJson;
