/** The tensors of llama.cpp's files by the names of Hugging Face's, `*` being the layer's number. */
const NAMES: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
  "blk.*.attn_norm.weight": "model.layers.*.input_layernorm.weight",
  "blk.*.attn_q.weight": "model.layers.*.self_attn.q_proj.weight",
  "blk.*.attn_q.bias": "model.layers.*.self_attn.q_proj.bias",
  "blk.*.attn_k.weight": "model.layers.*.self_attn.k_proj.weight",
  "blk.*.attn_k.bias": "model.layers.*.self_attn.k_proj.bias",
  "blk.*.attn_v.weight": "model.layers.*.self_attn.v_proj.weight",
  "blk.*.attn_v.bias": "model.layers.*.self_attn.v_proj.bias",
  "blk.*.attn_output.weight": "model.layers.*.self_attn.o_proj.weight",
  "blk.*.attn_output.bias": "model.layers.*.self_attn.o_proj.bias",
  "blk.*.attn_q_norm.weight": "model.layers.*.self_attn.q_norm.weight",
  "blk.*.attn_k_norm.weight": "model.layers.*.self_attn.k_norm.weight",
  "blk.*.ffn_norm.weight": "model.layers.*.post_attention_layernorm.weight",
  "blk.*.ffn_gate.weight": "model.layers.*.mlp.gate_proj.weight",
  "blk.*.ffn_gate.bias": "model.layers.*.mlp.gate_proj.bias",
  "blk.*.ffn_up.weight": "model.layers.*.mlp.up_proj.weight",
  "blk.*.ffn_up.bias": "model.layers.*.mlp.up_proj.bias",
  "blk.*.ffn_down.weight": "model.layers.*.mlp.down_proj.weight",
  "blk.*.ffn_down.bias": "model.layers.*.mlp.down_proj.bias",
};

/** What every architecture has, of each layer. */
const OF_LAYERS = [
  "attn_norm",
  "attn_q",
  "attn_k",
  "attn_v",
  "attn_output",
  "ffn_norm",
  "ffn_gate",
  "ffn_up",
  "ffn_down",
];

/** The first tensor that a model of so many layers needs and a file lacks. */
export function missingTensor(names: { has(name: string): boolean }, layers: number): string | undefined {
  const whole = ["token_embd.weight", "output_norm.weight"].find((name) => !names.has(name));
  for (let layer = 0; whole === undefined && layer < layers; layer++) {
    const missing = OF_LAYERS.find((part) => !names.has(`blk.${layer}.${part}.weight`));
    if (missing !== undefined) return `blk.${layer}.${missing}.weight`;
  }
  return whole;
}

/** The tensor that says how rotary positions are stretched: part of the config. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** The name of a tensor in Hugging Face's files; undefined if it is not known. */
export function tensorName(name: string): string | undefined {
  const [, layer = ""] = /^blk\.(\d+)\./.exec(name) ?? [];
  const pattern = layer === "" ? name : name.replace(/^blk\.\d+/, "blk.*");
  return Object.hasOwn(NAMES, pattern) ? NAMES[pattern]?.replace("*", layer) : undefined;
}

const GGUF_NAMES = new Map(Object.entries(NAMES).map(([name, ours]) => [ours, name]));

/** The name in llama.cpp's files of a tensor of Hugging Face's; undefined if it has none. */
export function ggufTensorName(name: string): string | undefined {
  const [, layer = ""] = /^model\.layers\.(\d+)\./.exec(name) ?? [];
  return GGUF_NAMES.get(layer === "" ? name : name.replace(`.${layer}.`, ".*."))?.replace("*", layer);
}

/**
 * How many heads a tensor's rows belong to whose halves llama.cpp has woven, since it turns neighbouring features and
 * Hugging Face the two halves of a head; undefined for a tensor as it was.
 */
export function wovenHeads(name: string, config: Readonly<Record<string, unknown>>): number | undefined {
  if (config["model_type"] !== "llama" && config["model_type"] !== "mistral") return undefined;
  const [, kind] = /^blk\.\d+\.attn_([qk])\./.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return config[kind === "q" ? "num_attention_heads" : "num_key_value_heads"] as number;
}

/**
 * Rows [H * D, ...] in Hugging Face's order: of each head the even ones first, then the odd ones. Rows are whole runs of
 * blocks, so packed bytes are moved as they are.
 */
export function unwoven(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  return movedRows(bytes, rows, (row) => [wovenRow(row, rows / heads), row]);
}

/** Rows in llama.cpp's order: the inverse of {@link unwoven}. */
export function woven(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  return movedRows(bytes, rows, (row) => [row, wovenRow(row, rows / heads)]);
}

/** The place of a row among llama.cpp's, of heads of `dim` rows. */
function wovenRow(row: number, dim: number): number {
  const feature = row % dim;
  return row - feature + 2 * (feature % (dim / 2)) + Math.floor(feature / (dim / 2));
}

function movedRows(bytes: Uint8Array, rows: number, places: (row: number) => [from: number, to: number]): Uint8Array {
  const rowBytes = bytes.length / rows;
  const all = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = places(row);
    all.set(bytes.subarray(from * rowBytes, (from + 1) * rowBytes), to * rowBytes);
  }
  return all;
}
