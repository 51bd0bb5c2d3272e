import { attentionStages, dotScoreWith, mergeHeads, scaledDotProductAttention, splitHeads } from "@qkv/attention";
import type { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { all, ofPlaces } from "./attentionMasks.ts";
import { Projection } from "./projection.ts";
import type { AddVariable, ProjectionSettings } from "./projectionSettings.ts";

/** Sizes of Keras's multi-head attention. */
export interface AttentionSizes {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** The axes of the result that take the place of E. */
  readonly output: readonly number[];
  readonly useBias?: boolean;
  readonly useGate?: boolean;
  readonly dropout: number;
}

/** The widths of the inputs. */
export interface InputWidths {
  readonly query: number;
  readonly value: number;
  readonly key: number;
}

/** Masking and output options of one call. */
export interface AttendOptions {
  /** [B, H, Q, K] bool, with axes that may be 1. */
  readonly mask?: tf.Tensor | undefined;
  /** Whether query i attends only to keys j <= i. */
  readonly causal?: boolean;
  readonly returnScores?: boolean;
  /** The stream of dropout, given in training. */
  readonly random?: RandomStream | undefined;
}

/** Keras's multi-head attention on variables of a layer: Keras's names, shapes and order. */
export class ProjectedAttention {
  readonly #sizes: AttentionSizes;
  readonly #query: Projection;
  readonly #key: Projection;
  readonly #gate: Projection | undefined;
  readonly #value: Projection;
  readonly #output: Projection;

  constructor(
    add: AddVariable,
    prefix: string,
    sizes: AttentionSizes,
    widths: InputWidths,
    settings: ProjectionSettings,
  ) {
    const { numHeads, keyDim, valueDim, output, useBias, useGate = false } = sizes;
    const heads = (name: string, width: number, headDim: number) =>
      new Projection(add, `${prefix}${name}`, [[width], [numHeads, headDim]], settings, useBias);
    this.#sizes = sizes;
    this.#query = heads("query", widths.query, keyDim);
    this.#key = heads("key", widths.key, keyDim);
    this.#gate = useGate ? heads("gate", widths.query, valueDim) : undefined;
    this.#value = heads("value", widths.value, valueDim);
    const sides = [[numHeads, valueDim], output] as const;
    this.#output = new Projection(add, `${prefix}attention_output`, sides, settings, useBias);
  }

  /**
   * @param query [B, Q, E]
   * @param value [B, K, Ev]
   * @param key [B, K, Ek]
   * @returns [B, Q, ...output], and the weights before dropout [B, H, Q, K] when asked for
   */
  attend(
    query: tf.Tensor,
    value: tf.Tensor,
    key: tf.Tensor,
    { mask, causal = false, returnScores = false, random }: AttendOptions,
  ): { output: tf.Tensor; scores?: tf.Tensor } {
    const { numHeads, keyDim, dropout, output: axes } = this.#sizes;
    const q = splitHeads(this.#query.forward(query), numHeads);
    const k = splitHeads(this.#key.forward(key), numHeads);
    const v = splitHeads(this.#value.forward(value), numHeads);
    const [queries, keys] = [q.shape[2], k.shape[2]];
    const places = causal && (mask !== undefined || queries !== keys) ? ofPlaces(queries, keys, { causal }) : undefined;
    const visible = all([mask, places]);
    const options = { mask: visible, causal: causal && queries === keys, dropout, random, scale: keyDim ** -0.5 };
    const stages = returnScores ? attentionStages(q, k, { ...options, score: dotScoreWith(options.scale) }) : undefined;
    const pooled =
      stages === undefined
        ? withUniformRows(scaledDotProductAttention(q, k, v, options), v, dropout === 0 ? visible : undefined)
        : tf.matMul(stages.droppedProbabilities, v);
    const merged = mergeHeads(pooled);
    const gated = this.#gate === undefined ? merged : tf.mul(merged, this.#gate.forward(query, "sigmoid"));
    const output = tf.reshape(this.#output.forward(gated), [...query.shape.slice(0, 2), ...axes]);
    return stages === undefined ? { output } : { output, scores: stages.probabilities };
  }
}

// Without dropout Keras gives a fully masked query the mean of all values, and zeros with dropout or where the
// weights are asked for.
function withUniformRows(pooled: tf.Tensor, values: tf.Tensor, visible: tf.Tensor | undefined): tf.Tensor {
  if (visible === undefined) return pooled;
  const hidden = tf.cast(tf.logicalNot(tf.any(visible, -1, true)), "float32"); // [B, H, Q, 1]
  return tf.add(pooled, tf.mul(hidden, tf.mean(values, 2, true)));
}
