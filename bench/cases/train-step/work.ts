/** What every engine of the case train-step is told. */
export interface TrainStepWork {
  /** A Marian model's folder, with {@link Batch} in batch.json beside it. */
  readonly folder: string;
}

/** Sentences without padding; each list holds `sentences` rows of `length` ids. */
export interface Batch {
  readonly sentences: number;
  readonly length: number;
  readonly source: readonly number[];
  /** The target shifted right. */
  readonly target: readonly number[];
  readonly labels: readonly number[];
}

export const LABEL_SMOOTHING = 0.1;
export const LEARNING_RATE = 3e-4;

/** The model, in the names of Hugging Face's config. */
export const CONFIG = {
  vocab_size: 8000,
  d_model: 128,
  encoder_layers: 4,
  decoder_layers: 4,
  encoder_attention_heads: 4,
  decoder_attention_heads: 4,
  encoder_ffn_dim: 256,
  decoder_ffn_dim: 256,
  activation_function: "relu",
  scale_embedding: true,
  max_position_embeddings: 64,
  dropout: 0.1,
  attention_dropout: 0.1,
  activation_dropout: 0.1,
  pad_token_id: 7999,
  eos_token_id: 0,
  decoder_start_token_id: 7999,
};

/** 32 pairs of 20 + 20 tokens. */
export function newBatch(sentences = 32, length = 20): Batch {
  const ids = (seed: number) =>
    Array.from({ length: sentences * length }, (_, i) => 1 + ((i * 7919 + seed * 31) % (CONFIG.vocab_size - 2)));
  return { sentences, length, source: ids(1), target: ids(2), labels: ids(3) };
}
