import type { StateDict } from "@qkv/nn";
import { GraphBuilder } from "../../../onnx/graphBuilder.ts";
import type { LlamaJson } from "../sizes.ts";
import { type OnnxDtype, productsOf } from "./products.ts";

const BATCH = "batch_size";

/**
 * A Llama with tied embeddings as transformers.js opens it: more ids, and the keys and values of those before, to the
 * logits after the last and all keys and values. It is made of ONNX Runtime's own operators, as its model builder writes it
 * (https://github.com/microsoft/onnxruntime-genai/tree/main/src/python/py/models).
 *
 * @param state arrays by Hugging Face's names
 */
export function llamaGraph(state: Pick<StateDict, "get">, config: LlamaJson, dtype: OnnxDtype): Uint8Array {
  const graph = new GraphBuilder(state);
  const { linear, rows } = productsOf(graph, dtype);
  const { num_key_value_heads: keyHeads, head_dim: headDim } = config;
  const ids = graph.input("input_ids", "int64", [BATCH, "sequence_length"]);
  const mask = graph.input("attention_mask", "int64", [BATCH, "total_sequence_length"]);
  const past = (name: string) => graph.input(name, "float", [BATCH, keyHeads, "past_sequence_length", headDim]);
  const pasts = Array.from({ length: config.num_hidden_layers }, (_, i) => [
    past(`past_key_values.${i}.key`),
    past(`past_key_values.${i}.value`),
  ]);
  const norm = (x: string, name: string) =>
    graph.op("SimplifiedLayerNormalization", [x, graph.weight(`${name}.weight`)], {
      axis: -1,
      epsilon: { float: config.rms_norm_eps },
    });

  const places = [...placesOf(graph, mask), ...rotaryTables(graph, config)];
  let x = rows(ids, "model.embed_tokens.weight");
  for (const [i, keysAndValues] of pasts.entries()) {
    const name = `model.layers.${i}`;
    const h = norm(x, `${name}.input_layernorm`);
    const projected = ["q", "k", "v"].map((each) => linear(h, `${name}.self_attn.${each}_proj.weight`));
    const inputs = [...projected, ...keysAndValues, ...places];
    const [y = "", keys = "", values = ""] = graph.contributed("GroupQueryAttention", inputs, 3, {
      num_heads: config.num_attention_heads,
      kv_num_heads: keyHeads,
      do_rotary: 1,
    });
    x = graph.op("Add", [x, linear(y, `${name}.self_attn.o_proj.weight`)]);

    const inner = norm(x, `${name}.post_attention_layernorm`);
    const gate = linear(inner, `${name}.mlp.gate_proj.weight`);
    const opened = graph.op("Mul", [gate, graph.op("Sigmoid", [gate])]);
    const gated = graph.op("Mul", [opened, linear(inner, `${name}.mlp.up_proj.weight`)]);
    x = graph.op("Add", [x, linear(gated, `${name}.mlp.down_proj.weight`)]);

    const present = [BATCH, keyHeads, "total_sequence_length", headDim];
    graph.output(`present.${i}.key`, keys, present);
    graph.output(`present.${i}.value`, values, present);
  }

  const last = graph.op("Slice", [x, graph.ints([-1]), graph.ints([2 ** 31]), graph.ints([1])]); // [B, 1, E]
  const logits = linear(norm(last, "model.norm"), "model.embed_tokens.weight");
  graph.output("logits", logits, [BATCH, 1, config.vocab_size]);
  return graph.encode();
}

/** How long each text is, less one, and the longest: [B] and a scalar of int32. */
function placesOf(graph: GraphBuilder, mask: string): [string, string] {
  const counts = graph.op("ReduceSum", [mask, graph.ints([1])], { keepdims: 0 });
  const lasts = graph.op("Cast", [graph.op("Sub", [counts, graph.ints([1])])], { to: 6 });
  const length = graph.op("Gather", [graph.op("Shape", [mask]), graph.ints(1)]);
  return [lasts, graph.op("Cast", [length], { to: 6 })];
}

/** Cosines and sines of all positions' angles, [positions, D / 2] each. */
function rotaryTables(graph: GraphBuilder, { head_dim, rope_theta, max_position_embeddings }: LlamaJson): string[] {
  const half = head_dim / 2;
  const angles = Float64Array.from(
    { length: max_position_embeddings * half },
    (_, i) => Math.floor(i / half) * rope_theta ** (-(i % half) / half),
  );
  return [Math.cos, Math.sin].map((of) =>
    graph.constant(Float32Array.from(angles, of), [max_position_embeddings, half]),
  );
}
