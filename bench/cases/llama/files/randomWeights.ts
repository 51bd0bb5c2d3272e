import type { StateDict } from "@qkv/nn";
import { uniform } from "../../../weights/randomParams.ts";
import type { LlamaJson } from "../sizes.ts";

/** A checkpoint whose arrays are made when they are asked for. */
export interface RandomWeights extends Pick<StateDict, "get"> {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** More numbers than a row has, and a prime: rows of a matrix begin at different places. */
const POOL = 1_048_573;

/**
 * The arrays of a Llama with tied embeddings by Hugging Face's names, made when they are asked for: the same random numbers
 * from another place on, with variance 1 / fan-in, and norms around 1.
 */
export function randomWeights(config: LlamaJson): RandomWeights {
  const shapes = shapesOf(config);
  const next = uniform(1);
  const pool = new Float32Array(POOL);
  for (let i = 0; i < POOL; i++) pool[i] = 2 * next() - 1;
  const places = new Map([...shapes.keys()].map((name, i) => [name, (i * 7919) % POOL]));
  return {
    shapes,
    get(name) {
      const shape = shapes.get(name);
      if (shape === undefined) return undefined;
      const isNorm = shape.length === 1;
      const [bound, middle] = isNorm ? [0.1, 1] : [Math.sqrt(3 / (shape[1] ?? 1)), 0];
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      for (let i = 0, at = places.get(name) ?? 0; i < data.length; i++) {
        data[i] = middle + bound * (pool[at] as number);
        if (++at === POOL) at = 0;
      }
      return { shape, data };
    },
  };
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
