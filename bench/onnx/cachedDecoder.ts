import type { GraphBuilder } from "./graphBuilder.ts";

const BATCH = "batch_size";

/** The size of a decoder of an encoder-decoder. */
export interface CachedDecoderSize {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly dModel: number;
}

/** Keys and values of one layer, [B, H, L, D] each. */
export type KeysAndValues = readonly [keys: string, values: string];

/**
 * The inputs and outputs of `decoder_model_merged.onnx`, which reads one more token at a time: keys and values of those
 * before are inputs, all of them outputs. The source's are computed when `use_cache_branch` is false, and taken from the
 * past when it is true.
 */
export class CachedDecoder {
  /** [B, 1] */
  readonly ids: string;
  /** What the encoder gives: [B, S, E] */
  readonly memory: string;
  /** The number of tokens before: [1] */
  readonly pastLength: string;

  readonly #graph: GraphBuilder;
  readonly #size: CachedDecoderSize;
  readonly #pasts: readonly { readonly own: KeysAndValues; readonly memory: KeysAndValues }[];
  readonly #isCached: string;

  constructor(graph: GraphBuilder, size: CachedDecoderSize) {
    this.#graph = graph;
    this.#size = size;
    const { layers, heads, headDim, dModel } = size;
    this.ids = graph.input("input_ids", "int64", [BATCH, "decoder_sequence_length"]);
    this.memory = graph.input("encoder_hidden_states", "float", [BATCH, "encoder_sequence_length", dModel]);
    const past = (name: string, length: string): KeysAndValues => [
      graph.input(`past_key_values.${name}.key`, "float", [BATCH, heads, length, headDim]),
      graph.input(`past_key_values.${name}.value`, "float", [BATCH, heads, length, headDim]),
    ];
    this.#pasts = Array.from({ length: layers }, (_, i) => ({
      own: past(`${i}.decoder`, "past_decoder_sequence_length"),
      memory: past(`${i}.encoder`, "encoder_sequence_length_out"),
    }));
    this.#isCached = graph.input("use_cache_branch", "bool", [1]);
    this.pastLength = graph.op("Shape", [this.#pasts[0]?.own[0] ?? ""], { start: 2, end: 3 });
  }

  /** Those of a layer's new token after those of all before. */
  append(layer: number, [newKeys, newValues]: KeysAndValues): KeysAndValues {
    const [keys = "", values = ""] = this.#pasts[layer]?.own ?? [];
    const all: KeysAndValues = [
      this.#graph.op("Concat", [keys, newKeys], { axis: 2 }),
      this.#graph.op("Concat", [values, newValues], { axis: 2 }),
    ];
    this.#present(`${layer}.decoder`, all, "past_decoder_sequence_length + 1");
    return all;
  }

  /** Those of the source in a layer, which `make` computes the first time. */
  keepMemory(layer: number, make: (inside: GraphBuilder) => KeysAndValues): KeysAndValues {
    const { heads, headDim } = this.#size;
    const shape = [BATCH, heads, "encoder_sequence_length_out", headDim];
    const none = this.#graph.constant(new Float32Array(0), [0, heads, 1, headDim]); // transformers.js keeps those it has
    const past = this.#pasts[layer]?.memory ?? [];
    const [keys = "", values = "", presentKeys = "", presentValues = ""] = this.#graph.ops("If", [this.#isCached], 4, {
      then_branch: { graph: this.#graph.branch(() => [...past, none, none], shape) },
      else_branch: {
        graph: this.#graph.branch((inside) => {
          const made = make(inside);
          return [...made, ...made];
        }, shape),
      },
    });
    this.#present(`${layer}.encoder`, [presentKeys, presentValues], "encoder_sequence_length_out");
    return [keys, values];
  }

  /** Gives the products of x [B, 1, E] with the rows of a table as the logits of the vocabulary's tokens. */
  giveLogits(
    x: string,
    { table, vocabSize, bias }: { readonly table: string; readonly vocabSize: number; readonly bias?: string },
  ): void {
    const graph = this.#graph;
    const rows = graph.op("Reshape", [x, graph.ints([-1, this.#size.dModel])]);
    const inputs = [rows, graph.weight(table), ...(bias === undefined ? [] : [graph.weight(bias)])];
    const logits = graph.op("Gemm", inputs, { transB: 1 });
    const shape = graph.op("Concat", [graph.op("Shape", [this.ids]), graph.ints([vocabSize])], { axis: 0 });
    graph.output("logits", graph.op("Reshape", [logits, shape]), [BATCH, "decoder_sequence_length", vocabSize]);
  }

  #present(name: string, [keys, values]: KeysAndValues, length: string): void {
    const shape = [BATCH, this.#size.heads, length, this.#size.headDim];
    this.#graph.output(`present.${name}.key`, keys, shape);
    this.#graph.output(`present.${name}.value`, values, shape);
  }
}
