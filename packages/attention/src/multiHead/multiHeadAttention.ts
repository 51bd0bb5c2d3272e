import { attendsToRows, attentionOfRows, checkOptions, checkTensor, type OptionNames, repeatHeads } from "@qkv/ops";
import { checkModule, LayerNorm, Linear, type Params, Pass, RMSNorm, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionOptions } from "../scaledDotProduct/options.ts";
import { alignToScores } from "../checks/argumentChecks.ts";
import { attentionPooling } from "../pooling/attentionPooling.ts";
import { ATTENTION_STAGES, attentionStages } from "../scaledDotProduct/stages.ts";
import { mergeHeads, splitHeads } from "./heads.ts";
import { inUse, type KeyValue, lengthOf } from "./keyValue.ts";
import { type HeadSizes, headSizes, type MultiHeadAttentionConfig } from "./config.ts";
import type { PositionsOfBatch, RotaryPositions } from "../positions/rotaryPositions.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { dotScoreWith, type Score } from "../scores/scores.ts";
import { windowedAttention, windowMask } from "../windows/windowedAttention.ts";

/** Positions of tokens, for rotary positions. */
export interface TokenPositions {
  /** [B][L], each row's own. Default one after another. */
  readonly positions?: readonly (readonly number[])[] | undefined;
  /** Number of positions of the longest text of the batch so far. Default up to the last of these. */
  readonly span?: number | undefined;
}

/** Masking options of a call. */
export interface AttendOptions extends Pick<AttentionOptions, "mask" | "causal" | "bias">, TokenPositions {
  /**
   * Sliding window: the number of keys, up to its own, that a query sees (Mistral, arXiv:2310.06825). With `causal`.
   */
  readonly window?: number | undefined;
}

/**
 * The activations of a {@link MultiHeadAttention}, in their order: queries [B, H, Q, D], keys and values [B, G, K, D] of
 * the positions that are projected, those `projected...` before norms and rotary positions; the stages [B, H, Q, K], and
 * the heads [B, H, Q, D] before they are merged.
 */
export const ATTENTION_ACTIVATIONS = [
  ...["projectedKeys", "keys", "values", "projectedQueries", "queries"],
  ...ATTENTION_STAGES,
  "heads",
] as const;

/** Options of projecting a context to keys and values. */
export interface ProjectOptions extends TokenPositions {
  /** The position of the first key, for rotary positions: the number of keys before it. Default 0. */
  readonly offset?: number | undefined;
  /** Input that values are projected from, if not the context: [B, K, valueContextDim]. */
  readonly values?: tf.Tensor | undefined;
}

const ATTEND: OptionNames<AttendOptions> = {
  mask: true,
  causal: true,
  bias: true,
  window: true,
  positions: true,
  span: true,
};

const PROJECT: OptionNames<ProjectOptions> = { offset: true, values: true, positions: true, span: true };

/** Multi-head attention: in `numHeads` subspaces at once ("Attention Is All You Need", section 3.2.2). */
export class MultiHeadAttention {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly outProj: Linear;
  readonly qNorm?: LayerNorm | RMSNorm;
  readonly kNorm?: LayerNorm | RMSNorm;
  /** [H] */
  readonly sinks?: tf.Variable<tf.Rank.R1>;

  /** H */
  readonly numHeads: number;

  readonly #sizes: HeadSizes;
  readonly #score: Score | undefined;
  readonly #rotary: RotaryPositions | undefined;
  readonly #isNormAcross: boolean = false;
  readonly #options: Pick<AttentionOptions, "scale" | "softcap" | "sinks" | "emptyRows" | "dropout">;

  constructor(params: Params, config: MultiHeadAttentionConfig) {
    checkModule("MultiHeadAttention", params, { config });
    const { dModel, bias = true, qkNorm, init } = config;
    this.#sizes = headSizes(config);
    const { numHeads, numKeyValueHeads, headDim, contextDim, valueContextDim } = this.#sizes;
    const biases = typeof bias === "boolean" ? { q: bias, k: bias, v: bias, out: bias } : bias;
    const options = (of: keyof typeof biases) => ({ bias: biases[of], ...(init && { init }) });
    const [width, keyWidth] = [numHeads * headDim, numKeyValueHeads * headDim];
    this.qProj = new Linear(params.at("qProj"), dModel, width, options("q"));
    this.kProj = new Linear(params.at("kProj"), contextDim, keyWidth, options("k"));
    this.vProj = new Linear(params.at("vProj"), valueContextDim, keyWidth, options("v"));
    this.outProj = new Linear(params.at("outProj"), width, dModel, options("out"));
    if (qkNorm) {
      if (qkNorm.kind === "layerNorm" && qkNorm.unitOffset) {
        throw new RangeError("MultiHeadAttention: expected qkNorm.unitOffset with rmsNorm alone, got layerNorm");
      }
      const Norm = qkNorm.kind === "layerNorm" ? LayerNorm : RMSNorm;
      const { isAcross = false, ...norm } = qkNorm;
      this.qNorm = new Norm(params.at("qNorm"), isAcross ? width : headDim, norm);
      this.kNorm = new Norm(params.at("kNorm"), isAcross ? keyWidth : headDim, norm);
      this.#isNormAcross = isAcross;
    }
    if (config.sinks) this.sinks = params.bias<tf.Rank.R1>("sinks", [numHeads]);
    this.#score = config.score;
    this.#rotary = config.rotary;
    this.numHeads = numHeads;
    this.#options = {
      scale: config.scale,
      softcap: config.softcap,
      sinks: this.sinks,
      emptyRows: config.emptyRows,
      dropout: config.attentionDropout,
    };
  }

  /**
   * Projects and attends in one go.
   *
   * @param x [B, Q, E]
   * @param context [B, K, contextDim]; `x` itself for self-attention
   * @param pass its taps read {@link ATTENTION_ACTIVATIONS}; a stage that they want is held in memory, all [B, H, Q, K]
   * of it
   * @returns [B, Q, E]
   */
  forward(x: tf.Tensor, context: tf.Tensor, options: AttendOptions = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("MultiHeadAttention.forward", "x", x, "[B, Q, E]");
    checkTensor("MultiHeadAttention.forward", "context", context, "[B, K, C]");
    checkOptions("MultiHeadAttention.forward", options, ATTEND);
    return tf.tidy(() => {
      const rows = this.#pooledRows(x, context, options, pass);
      return rows === undefined
        ? this.attend(x, this.project(context, {}, pass), options, pass)
        : this.#outputOf(rows, pass);
    });
  }

  /** Attends to heads side by side [B, Q, H * D], as their products write them, where nothing happens to them in between. */
  #pooledRows(x: tf.Tensor3D, context: tf.Tensor3D, options: AttendOptions, pass: Pass): tf.Tensor3D | undefined {
    const { numHeads } = this;
    const { numKeyValueHeads, headDim } = this.#sizes;
    const { scale, softcap, sinks, emptyRows } = this.#options;
    const { mask, bias, causal, ...others } = options;
    const isPlain =
      numKeyValueHeads === numHeads &&
      [this.qNorm, this.#rotary, this.#score, softcap, sinks, pass.random].every((each) => each === undefined) &&
      Object.values(others).every((each) => each === undefined) &&
      emptyRows !== "uniform" &&
      context.shape[1] > 0 &&
      !pass.wants(...ATTENTION_ACTIVATIONS);
    if (!isPlain || !attendsToRows()) return undefined;
    const inHeads = (rows: tf.Tensor) => tf.reshape(rows, [rows.shape[0] ?? 0, rows.shape[1] ?? 0, numHeads, headDim]);
    const [k, v] = [this.kProj, this.vProj].map((map) => inHeads(map.forward(context))) as [tf.Tensor4D, tf.Tensor4D];
    const scores = [x.shape[0], numHeads, x.shape[1], context.shape[1]];
    const pooled = attentionOfRows(inHeads(this.qProj.forward(x)), k, v, {
      mask: mask && alignToScores("attention", "mask", mask, scores, "bool"),
      bias: bias && alignToScores("attention", "bias", bias, scores, "float32"),
      ...{ causal, scale },
    });
    return tf.reshape(pooled, [x.shape[0], x.shape[1], numHeads * headDim]);
  }

  /** Projects a context [B, K, contextDim] to keys and values, which can be attended to more than once. */
  project(context: tf.Tensor, options: ProjectOptions = {}, pass: Pass = Pass.plain): KeyValue {
    checkOptions("MultiHeadAttention.project", options, PROJECT);
    const { offset = 0, values = context, positions, span } = options;
    checkTensor("MultiHeadAttention.project", "context", context, "[B, K, C]");
    const { numKeyValueHeads } = this.#sizes;
    return tidy(() => {
      const projected = this.#tapHeads("projectedKeys", this.kProj.forward(context), numKeyValueHeads, pass);
      const keys = this.#normedHeads(projected, numKeyValueHeads, this.kNorm);
      return {
        keys: pass.tap("keys", this.#rotate(keys, positions ?? offset, span)),
        values: pass.tap("values", splitHeads(this.vProj.forward(values), numKeyValueHeads)),
      };
    });
  }

  /**
   * Attends to projected keys and values. With rotary positions, the last query has the position of the last key, as
   * with `causal`.
   *
   * @param x [B, Q, E]
   * @param context the result of {@link project}, or several of those appended
   * @returns [B, Q, E]
   */
  attend(x: tf.Tensor, context: KeyValue, given: AttendOptions = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkOptions("MultiHeadAttention.attend", given, ATTEND);
    const { positions, span, ...options } = given;
    checkTensor("MultiHeadAttention.attend", "x", x, "[B, Q, E]");
    return tf.tidy(() => {
      const projected = this.#tapHeads("projectedQueries", this.qProj.forward(x), this.numHeads, pass);
      const heads = this.#normedHeads(projected, this.numHeads, this.qNorm);
      const at = positions ?? lengthOf(context) - x.shape[1];
      const queries = pass.tap("queries", this.#rotate(heads, at, span));
      const pooled = pass.tap("heads", this.#pool(queries, inUse(context), options, pass));
      return this.#outputOf(mergeHeads(pooled), pass);
    });
  }

  /** [B, Q, H * D] -> [B, Q, E] */
  #outputOf(heads: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    return pass.output(this.outProj.forward(heads));
  }

  /** Hands a projection [B, L, H * D] to the taps as heads [B, H, L, D], if they want it. */
  #tapHeads(name: string, x: tf.Tensor, numHeads: number, pass: Pass): tf.Tensor3D {
    return (pass.wants(name) ? mergeHeads(pass.tap(name, splitHeads(x, numHeads))) : x) as tf.Tensor3D;
  }

  /** [B, L, H * D] -> [B, H, L, D], normed if there is a norm. */
  #normedHeads(x: tf.Tensor3D, numHeads: number, norm: LayerNorm | RMSNorm | undefined): tf.Tensor4D {
    if (norm === undefined) return splitHeads(x, numHeads);
    return this.#isNormAcross ? splitHeads(norm.forward(x), numHeads) : norm.forward(splitHeads(x, numHeads));
  }

  #pool(
    queries: tf.Tensor4D,
    { keys, values }: KeyValue,
    { window, ...visible }: Omit<AttendOptions, keyof TokenPositions>,
    pass: Pass,
  ): tf.Tensor4D {
    const isWatched = pass.wants(...ATTENTION_STAGES);
    const { random } = pass;
    if (window !== undefined && window < keys.shape[2]) {
      const linear = !isWatched && this.#score === undefined;
      const options = { ...this.#options, ...visible, random };
      const pooled = linear ? windowedAttention(queries, keys, values, window, options) : null;
      if (pooled) return pooled;
      visible = { ...visible, mask: windowMask(queries, keys, window, visible.mask) };
    }
    const { scale, ...options } = { ...this.#options, ...visible, random };
    if (!isWatched && this.#score === undefined) {
      return scaledDotProductAttention(queries, keys, values, { ...options, scale });
    }
    const { numHeads, headDim } = this.#sizes;
    const [k, v] = [keys, values].map((x) => repeatHeads(x, numHeads)) as [tf.Tensor4D, tf.Tensor4D];
    const score = this.#score ?? dotScoreWith(scale ?? 1 / Math.sqrt(headDim));
    if (!isWatched) return attentionPooling(queries, k, v, { ...options, score });
    return tf.matMul(attentionStages(queries, k, { ...options, score }, pass).droppedProbabilities, v);
  }

  #rotate(x: tf.Tensor4D, at: PositionsOfBatch, span: number | undefined): tf.Tensor4D {
    return this.#rotary?.rotate(x, at, span) ?? x;
  }
}
