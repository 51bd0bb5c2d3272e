import * as tf from "@tensorflow/tfjs-core";
import type { AttentionAttrs, AttentionInputs } from "./attentionInputs.ts";
import { dropoutFactors } from "../dropout/dropoutHash.ts";
import { sumTo } from "../gradients/sumTo.ts";
import { softmax } from "../softmax.ts";

/** The attributes of composed attention: those of the kernels, and two more. */
export interface ComposedAttrs extends AttentionAttrs {
  /** Scaled scores become softcap tanh(score / softcap). */
  readonly softcap?: number | undefined;
  /** The most scores in memory at once. Default 2^22: 16 MB. */
  readonly scoresAtOnce?: number | undefined;
}

/**
 * Computes attention by tfjs operations, as many queries at a time as `scoresAtOnce` allows, in both passes: memory
 * grows with K, not with Q times K.
 *
 * @returns [B, H, Q, V]
 */
export function composedAttention(inputs: AttentionInputs, attrs: ComposedAttrs): tf.Tensor4D {
  // The mask too is saved, or a tidy between here and the backward pass would take it.
  const attend = tf.customGrad((...args) => {
    const [q, k, v, mask, bias, save] = args as unknown as [...Operands, tf.GradSaveFunc];
    save([q, k, v, mask, bias]);
    const chunks = chunksOf({ q, k, v, mask, bias }, attrs);
    return {
      value: concatQueries(chunks.map((chunk) => tf.tidy(() => pool(chunk, attrs)))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [q, k, v, mask, bias] = saved as Operands;
        return gradients({ q, k, v, mask, bias }, dy, attrs);
      },
    };
  });
  const { q, k, v, mask, bias } = inputs;
  return attend(q, k, v, mask, bias) as tf.Tensor4D;
}

/**
 * The gradient of the bias, where `dy` is that of the result.
 *
 * @param dy [B, H, Q, V]
 * @returns the shape of the bias
 */
export function attentionBiasGradient(inputs: AttentionInputs, dy: tf.Tensor, attrs: AttentionAttrs): tf.Tensor {
  return gradients(inputs, dy, attrs)[4];
}

type Operands = [q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor, bias: tf.Tensor];

/** Consecutive queries, and their position among all. */
interface Chunk extends AttentionInputs {
  /** Index of the first one, among `queries`. */
  readonly start: number;
  readonly queries: number;
}

function chunksOf(inputs: AttentionInputs, { scoresAtOnce = 2 ** 22 }: ComposedAttrs): Chunk[] {
  const { q, k } = inputs;
  const [batch = 0, heads = 0, queries = 0] = q.shape;
  const perQuery = Math.max(1, batch * heads * (k.shape[2] ?? 0));
  const rows = Math.max(1, Math.floor(scoresAtOnce / perQuery));
  if (rows >= queries) return [{ ...inputs, start: 0, queries }];
  return Array.from({ length: Math.ceil(queries / rows) }, (_, i) => {
    const [start, size] = [i * rows, Math.min(rows, queries - i * rows)];
    const part = (x: tf.Tensor) => (x.shape[2] === queries ? sliceQueries(x, start, size) : x);
    return {
      ...inputs,
      q: sliceQueries(q, start, size),
      mask: part(inputs.mask),
      bias: part(inputs.bias),
      start,
      queries,
    };
  });
}

/** [B, H, Q, V] */
function pool(chunk: Chunk, attrs: ComposedAttrs): tf.Tensor {
  const { weights, factors } = weigh(chunk, attrs);
  return tf.matMul(factors === undefined ? weights : tf.mul(weights, factors), chunk.v);
}

/** The weights [B, H, Q, K] before dropout, its factors, and the derivative of the soft cap. */
function weigh(chunk: Chunk, attrs: ComposedAttrs) {
  const { q, k, mask, bias, start, queries } = chunk;
  const { scale, softcap, causal, dropout } = attrs;
  const products = tf.mul(tf.matMul(q, k, false, true), scale);
  const tanh = softcap === undefined ? undefined : tf.tanh(tf.div(products, softcap));
  const capped = tanh === undefined || softcap === undefined ? products : tf.mul(tanh, softcap);
  const scores = bias.rank === 4 ? tf.add(capped, bias) : capped;
  const given = mask.rank === 4 ? mask : undefined;
  const past = causal ? causalMask(chunk) : undefined;
  const visible = given && past ? tf.logicalAnd(given, past) : (given ?? past);
  return {
    weights: visible === undefined ? softmax(scores) : maskedSoftmax(scores, visible),
    slope: tanh && tf.sub(1, tf.square(tanh)),
    factors:
      dropout && tf.tensor(dropoutFactors(dropout, scores.size, rowsOf(scores.shape, start, queries)), scores.shape),
  };
}

function gradients(inputs: AttentionInputs, dy: tf.Tensor, attrs: ComposedAttrs): Operands {
  const { mask, bias } = inputs;
  const parts = chunksOf(inputs, attrs).map((chunk) =>
    tf.tidy(() => chunkGradients(chunk, sliceQueries(dy, chunk.start, chunk.q.shape[2] ?? 0), attrs)),
  );
  const sum = (name: "dk" | "dv") => parts.map((part) => part[name]).reduce((a, b) => tf.add(a, b));
  const whole = bias.shape[2] === inputs.q.shape[2] && parts.length > 1;
  const dBias = parts.map((part) => part.dBias);
  return [
    concatQueries(parts.map(({ dq }) => dq)),
    sum("dk"),
    sum("dv"),
    tf.zerosLike(mask),
    whole ? concatQueries(dBias) : dBias.reduce((a, b) => tf.add(a, b)),
  ];
}

function chunkGradients(chunk: Chunk, dy: tf.Tensor, attrs: ComposedAttrs) {
  const { q, k, v, bias } = chunk;
  const { weights, factors, slope } = weigh(chunk, attrs);
  const dropped = (x: tf.Tensor) => (factors === undefined ? x : tf.mul(x, factors));
  const weighted = tf.mul(weights, dropped(tf.matMul(dy, v, false, true)));
  const dScores = tf.sub(weighted, tf.mul(weights, tf.sum(weighted, -1, true))); // [B, H, Q, K]
  const dProducts = tf.mul(slope === undefined ? dScores : tf.mul(dScores, slope), attrs.scale);
  return {
    dq: tf.matMul(dProducts, k),
    dk: tf.matMul(dProducts, q, true),
    dv: tf.matMul(dropped(weights), dy, true),
    dBias: bias.rank === 4 ? sumTo(dScores, bias.shape) : tf.zerosLike(bias),
  };
}

// -1e9 and not -Infinity: WGSL lets a compiler assume that infinities do not occur.
function maskedSoftmax(scores: tf.Tensor, visible: tf.Tensor): tf.Tensor {
  if (scores.size === 0) return tf.clone(scores); // tfjs does not broadcast an axis of 1 to 0
  const everywhere = tf.broadcastTo(visible, scores.shape); // [B, H, Q, K]
  return tf.mul(softmax(tf.where(everywhere, scores, -1e9)), tf.cast(everywhere, "float32"));
}

/** [Q, K]; the last of all queries lines up with the last key. */
function causalMask({ q, k, start, queries }: Chunk): tf.Tensor {
  const [rows = 0, keys = 0] = [q.shape[2], k.shape[2]];
  const first = start + keys - queries;
  const last = tf.range(first, first + rows, 1, "int32");
  return tf.greaterEqual(tf.reshape(last, [rows, 1]), tf.reshape(tf.range(0, keys, 1, "int32"), [1, keys]));
}

/** The runs of a chunk's scores among all scores, head by head. */
function rowsOf([, , rows = 0, keys = 0]: number[], start: number, queries: number) {
  return { length: rows * keys, first: start * keys, step: queries * keys };
}

function sliceQueries(x: tf.Tensor, start: number, size: number): tf.Tensor {
  if (x.shape[2] === size) return tf.clone(x);
  return tf.slice(x, [0, 0, start, 0], [x.shape[0] ?? 0, x.shape[1] ?? 0, size, x.shape[3] ?? 0]);
}

function concatQueries(parts: tf.Tensor[]): tf.Tensor {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : tf.concat(parts, 2);
}
