/** The sizes of https://huggingface.co/Helsinki-NLP/opus-mt-en-fr: 75 million parameters, 300 MB. */
export const OPUS_MT = {
  vocab_size: 59514,
  d_model: 512,
  encoder_layers: 6,
  decoder_layers: 6,
  encoder_attention_heads: 8,
  decoder_attention_heads: 8,
  encoder_ffn_dim: 2048,
  decoder_ffn_dim: 2048,
  activation_function: "swish",
  scale_embedding: true,
  max_position_embeddings: 512,
  dropout: 0,
  pad_token_id: 59513,
  eos_token_id: 0,
  decoder_start_token_id: 59513,
};
