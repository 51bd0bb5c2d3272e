import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ggufParts, type MetadataToWrite, type MetadataValue, type RoundedType, type TensorToWrite } from "@qkv/gguf";
import type { LlamaJson } from "../sizes.ts";
import type { RandomWeights } from "./randomWeights.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** Writes a random Llama as a GGUF file tensor by tensor: memory holds one of them, never the model. */
export async function writeLargeGguf(
  path: string,
  weights: RandomWeights,
  config: LlamaJson,
  type: RoundedType,
): Promise<void> {
  const parts = ggufParts(tensorsOf(weights, config, type), metadataOf(config));
  await pipeline(Readable.from(parts), createWriteStream(path));
}

const NAMES: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

function tensorsOf(weights: RandomWeights, config: LlamaJson, type: RoundedType): Map<string, TensorToWrite> {
  const names: [name: string, theirs: string][] = [
    ["token_embd", "model.embed_tokens"],
    ["output_norm", "model.norm"],
  ];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    for (const [name, theirs] of Object.entries(NAMES)) names.push([`blk.${i}.${name}`, `model.layers.${i}.${theirs}`]);
  }
  const tensorOf = (name: string, theirs: string): TensorToWrite => {
    const shape = weights.shapes.get(`${theirs}.weight`) ?? [];
    if (shape.length === 1) {
      const numbers = weights.get(`${theirs}.weight`)?.data ?? new Float32Array(0);
      return { shape, type: "F32", bytes: new Uint8Array(numbers.buffer) };
    }
    const isTurned = /attn_[qk]$/.test(name);
    const bytes = () => weights.blocks(`${theirs}.weight`, type);
    return { shape, type, bytes: isTurned ? () => woven(bytes(), shape[0] ?? 1, config.head_dim) : bytes };
  };
  return new Map(names.map(([name, theirs]) => [`${name}.weight`, tensorOf(name, theirs)]));
}

/** Rows in llama.cpp's order: it turns neighbouring features, Hugging Face the two halves of a head. */
function woven(bytes: Uint8Array, rows: number, headDim: number): Uint8Array {
  const rowBytes = bytes.length / rows;
  const result = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const feature = row % headDim;
    const to = row - feature + 2 * (feature % (headDim / 2)) + Math.floor(feature / (headDim / 2));
    result.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return result;
}

const count = (value: number): MetadataValue => ({ type: "uint32", value });
const float = (value: number): MetadataValue => ({ type: "float32", value });
const list = (of: "string" | "int32", values: readonly (string | number)[]): MetadataValue => ({
  type: "array",
  value: { of, values },
});
const TOKEN_TYPES = { normal: 1, control: 3 };

/** The keys of the architecture and of the tokenizer (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
function metadataOf(config: LlamaJson): MetadataToWrite {
  const { tokens, merges } = vocabularyOf(config.vocab_size);
  const types = tokens.map((_, id) => (id === 0 ? TOKEN_TYPES.control : TOKEN_TYPES.normal));
  return {
    "general.architecture": "llama",
    "general.quantization_version": count(2),
    "llama.vocab_size": count(config.vocab_size),
    "llama.context_length": count(config.max_position_embeddings),
    "llama.embedding_length": count(config.hidden_size),
    "llama.block_count": count(config.num_hidden_layers),
    "llama.feed_forward_length": count(config.intermediate_size),
    "llama.attention.head_count": count(config.num_attention_heads),
    "llama.attention.head_count_kv": count(config.num_key_value_heads),
    "llama.attention.layer_norm_rms_epsilon": float(config.rms_norm_eps),
    "llama.rope.dimension_count": count(config.head_dim),
    "llama.rope.freq_base": float(config.rope_theta),
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": list("string", tokens),
    "tokenizer.ggml.token_type": list("int32", types),
    "tokenizer.ggml.merges": list("string", merges.map((pair) => pair.join(" "))), // prettier-ignore
    "tokenizer.ggml.bos_token_id": count(0),
    "tokenizer.ggml.eos_token_id": count(0),
  };
}
