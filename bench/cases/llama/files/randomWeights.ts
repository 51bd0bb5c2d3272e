import { GGML_TYPES, quantize, type RoundedType } from "@qkv/gguf";
import type { StateDict } from "@qkv/nn";
import { uniform } from "../../../weights/randomParams.ts";
import type { LlamaJson } from "../sizes.ts";

/** A checkpoint whose arrays are made when they are asked for, as floats or rounded. */
export interface RandomWeights extends Pick<StateDict, "get"> {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The blocks of an array, those that rounding its floats gives. */
  blocks(name: string, type: RoundedType): Uint8Array;
}

const BLOCK = 32;

/** More blocks than a row has, and a prime: rows of a matrix begin at different ones. */
const POOL = 32_749;

/**
 * The arrays of a Llama with tied embeddings by Hugging Face's names: the same random blocks of 32 numbers again and again,
 * from another one on, with variance 1 / fan-in, and norms around 1.
 */
export function randomWeights(config: LlamaJson): RandomWeights {
  const shapes = shapesOf(config);
  const next = uniform(1);
  const pool = Float32Array.from({ length: POOL * BLOCK }, () => 2 * next() - 1);
  const first = new Map([...shapes.keys()].map((name, i) => [name, (i * 7919) % POOL]));
  const scaled = (shape: readonly number[]) => {
    if (shape.length === 1) return pool.map((value) => 1 + 0.1 * value);
    const bound = Math.sqrt(3 / (shape[1] ?? 1));
    return pool.map((value) => bound * value);
  };
  const rounded = new Map<string, Uint8Array>();
  return {
    shapes,
    get(name) {
      const shape = shapes.get(name);
      if (shape === undefined) return undefined;
      const data = new Float32Array(sizeOf(shape));
      repeat(scaled(shape), (first.get(name) ?? 0) * BLOCK, data);
      return { shape, data };
    },
    blocks(name, type) {
      const shape = shapes.get(name) ?? [];
      const { blockSize, blockBytes } = GGML_TYPES[type];
      const key = `${type} ${shape[1]}`;
      const blocks = rounded.get(key) ?? quantize(type, scaled(shape));
      rounded.set(key, blocks);
      const bytes = new Uint8Array((sizeOf(shape) / blockSize) * blockBytes);
      repeat(blocks, (first.get(name) ?? 0) * (BLOCK / blockSize) * blockBytes, bytes);
      return bytes;
    },
  };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Fills an array with the numbers of another, from one of them on, as often as it takes. */
function repeat<T extends Float32Array | Uint8Array>(pool: T, from: number, into: T): void {
  for (let at = 0, start = from; at < into.length; start = 0) {
    const part = pool.subarray(start, start + into.length - at);
    into.set(part, at);
    at += part.length;
  }
}

function shapesOf(config: LlamaJson): Map<string, readonly number[]> {
  const { hidden_size: width, intermediate_size: inner, head_dim: headDim } = config;
  const [queries, keys] = [config.num_attention_heads * headDim, config.num_key_value_heads * headDim];
  const layer: Readonly<Record<string, readonly number[]>> = {
    input_layernorm: [width],
    "self_attn.q_proj": [queries, width],
    "self_attn.k_proj": [keys, width],
    "self_attn.v_proj": [keys, width],
    "self_attn.o_proj": [width, queries],
    post_attention_layernorm: [width],
    "mlp.gate_proj": [inner, width],
    "mlp.up_proj": [inner, width],
    "mlp.down_proj": [width, inner],
  };
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) =>
    Object.entries(layer).map(([name, shape]) => [`model.layers.${i}.${name}.weight`, shape] as const),
  );
  return new Map([
    ["model.embed_tokens.weight", [config.vocab_size, width]],
    ["model.norm.weight", [width]],
    ...layers.flat(),
  ]);
}
