/** Sizes by their names in configs of Hugging Face's: a layer or two, and widths of a few vectors. */
const SHORT: Readonly<Record<string, number>> = {
  ...{ num_hidden_layers: 1, num_layers: 1, n_layers: 1, encoder_layers: 1, decoder_layers: 1 },
  ...{ hidden_size: 64, d_model: 64, dim: 64 },
  ...{ intermediate_size: 128, hidden_dim: 128, d_ff: 128, encoder_ffn_dim: 128, decoder_ffn_dim: 128 },
  ...{ num_attention_heads: 2, n_heads: 2, num_heads: 2, encoder_attention_heads: 2, decoder_attention_heads: 2 },
  ...{ num_key_value_heads: 1, head_dim: 32, d_kv: 32 },
};

/** A config with the same fields, of a model that takes hardly any time, if `isShort`; else as it is. */
export function sizedConfig<Config extends object>(config: Config, isShort = false): Config {
  if (!isShort) return config;
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, SHORT[name] ?? value])) as Config;
}
