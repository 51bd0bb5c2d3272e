import { checkRecord, checkTensor, repeatHeads } from "@qkv/ops";
import { checkModule, LayerNorm, Linear, type Params, type RandomStream, RMSNorm, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionOptions } from "../scaledDotProduct/options.ts";
import { attentionPooling } from "../pooling/attentionPooling.ts";
import { type AttentionStages, attentionStages } from "../scaledDotProduct/stages.ts";
import { mergeHeads, splitHeads } from "./heads.ts";
import { type KeyValue, lengthOf } from "./keyValue.ts";
import { type HeadSizes, headSizes, type MultiHeadAttentionConfig } from "./config.ts";
import type { PositionsOfBatch, RotaryPositions } from "../positions/rotaryPositions.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { dotScoreWith, type Score } from "../scores/scores.ts";
import { windowedAttention, windowMask } from "../windows/windowedAttention.ts";

/** Where tokens stand, for rotary positions. */
export interface TokenPositions {
  /** [B][L], each row's own. Default one after another. */
  readonly positions?: readonly (readonly number[])[] | undefined;
  /** How many positions the longest text of the batch has so far. Default up to the last of these. */
  readonly span?: number | undefined;
}

/** How one call attends: who sees whom, and what is wanted back. */
export interface AttendOptions extends Pick<AttentionOptions, "mask" | "causal" | "bias">, TokenPositions {
  /** Of the keys up to its own, how many a query sees: a sliding window (Mistral, arXiv:2310.06825). With `causal`. */
  readonly window?: number | undefined;
  /** Multiplies what each head gives: [H], or [B, H]. 0 switches a head off. */
  readonly headMask?: tf.Tensor | undefined;
  /**
   * Added to the weights that values are averaged by, [B, H, Q, K]. Zeros change nothing, and their gradient is that of
   * the weights.
   */
  readonly weightChange?: tf.Tensor | undefined;
  /** Given while training: where dropout draws its masks from. */
  readonly random?: RandomStream | undefined;
  /**
   * Gives the attention weights back too, or with `"stages"` all that they were made of. They are then held in memory,
   * all [B, H, Q, K] of them.
   */
  readonly returnWeights?: boolean | "stages" | undefined;
}

/** What attending gave. */
export interface Attended {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** [B, H, Q, K], after dropout, when asked for */
  readonly weights?: tf.Tensor4D;
  /** Scores, masked scores, weights, dropped weights, when asked for */
  readonly stages?: AttentionStages;
}

/** What keys are made of. */
export interface ProjectOptions extends TokenPositions {
  /** The position of the first key, for rotary positions: how many keys came before. Default 0. */
  readonly offset?: number | undefined;
  /** What values are made of, if not of the context: [B, K, valueContextDim]. */
  readonly values?: tf.Tensor | undefined;
}

/** Attention in `numHeads` subspaces at once ("Attention Is All You Need", section 3.2.2). */
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
  /**
   * Whether this is the attention of the 2017 paper and no more: as many heads for keys as for queries, no norms, no
   * rotations, no sinks, and the usual score. A fused kernel of a whole layer knows only that.
   */
  readonly isPlain: boolean;

  readonly #sizes: HeadSizes;
  readonly #score: Score | undefined;
  readonly #rotary: RotaryPositions | undefined;
  readonly #options: Pick<AttentionOptions, "scale" | "softcap" | "sinks" | "dropout">;

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
      const Norm = qkNorm.kind === "layerNorm" ? LayerNorm : RMSNorm;
      this.qNorm = new Norm(params.at("qNorm"), headDim, qkNorm);
      this.kNorm = new Norm(params.at("kNorm"), headDim, qkNorm);
    }
    if (config.sinks) this.sinks = params.get<tf.Rank.R1>("sinks", [numHeads]);
    this.#score = config.score;
    this.#rotary = config.rotary;
    this.numHeads = numHeads;
    this.isPlain =
      numKeyValueHeads === numHeads &&
      [qkNorm, config.score, config.rotary, config.scale, config.softcap].every((extra) => extra === undefined) &&
      !config.sinks;
    this.#options = {
      scale: config.scale,
      softcap: config.softcap,
      sinks: this.sinks,
      dropout: config.attentionDropout,
    };
  }

  /**
   * Projects and attends in one go.
   *
   * @param x [B, Q, E]
   * @param context [B, K, contextDim]; `x` itself for self-attention
   */
  forward(x: tf.Tensor, context: tf.Tensor, options?: AttendOptions): Attended {
    checkTensor("MultiHeadAttention.forward", "x", x, "[B, Q, E]");
    checkTensor("MultiHeadAttention.forward", "context", context, "[B, K, C]");
    return tidy(() => this.attend(x, this.project(context), options));
  }

  /** The keys and values of a context [B, K, contextDim], so that they can be attended to more than once. */
  project(context: tf.Tensor, options: ProjectOptions = {}): KeyValue {
    checkTensor("MultiHeadAttention.project", "context", context, "[B, K, C]");
    checkRecord("MultiHeadAttention.project", "options", options);
    const { offset = 0, values = context, positions, span } = options;
    const { numKeyValueHeads } = this.#sizes;
    return tidy(() => {
      const keys = splitHeads(this.kProj.forward(context), numKeyValueHeads);
      return {
        keys: this.#rotate(this.kNorm?.forward(keys) ?? keys, positions ?? offset, span),
        values: splitHeads(this.vProj.forward(values), numKeyValueHeads),
      };
    });
  }

  /**
   * With rotary positions, the last query stands where the last key does, as `causal` has it.
   *
   * @param x [B, Q, E]
   * @param context what {@link project} gave, or several of those appended
   */
  attend(x: tf.Tensor, context: KeyValue, given: AttendOptions = {}): Attended {
    checkTensor("MultiHeadAttention.attend", "x", x, "[B, Q, E]");
    checkRecord("MultiHeadAttention.attend", "options", given);
    const { headMask, weightChange, positions, span, ...options } = given;
    return tidy(() => {
      const heads = splitHeads(this.qProj.forward(x), this.numHeads);
      const at = positions ?? lengthOf(context) - x.shape[1];
      const queries = this.#rotate(this.qNorm?.forward(heads) ?? heads, at, span);
      const { pooled, stages } = this.#pool(queries, context, options);
      const changed =
        weightChange === undefined
          ? pooled
          : tf.add(pooled, tf.matMul(weightChange, repeatHeads(context.values, this.numHeads) as tf.Tensor4D));
      const kept = headMask === undefined ? changed : tf.mul(changed, perHead(headMask, pooled.shape));
      const output = this.outProj.forward(mergeHeads(kept as tf.Tensor4D));
      if (stages === undefined) return { output };
      return { output, weights: stages.dropped, ...(options.returnWeights === "stages" && { stages }) };
    });
  }

  #pool(
    queries: tf.Tensor4D,
    { keys, values }: KeyValue,
    { returnWeights, window, ...visible }: Omit<AttendOptions, "headMask" | "weightChange" | keyof TokenPositions>,
  ): { pooled: tf.Tensor4D; stages?: AttentionStages } {
    if (window !== undefined && window < keys.shape[2]) {
      const linear = !returnWeights && this.#score === undefined;
      const pooled = linear ? windowedAttention(queries, keys, values, window, { ...this.#options, ...visible }) : null;
      if (pooled) return { pooled };
      visible = { ...visible, mask: windowMask(queries, keys, window, visible.mask) };
    }
    const { scale, ...options } = { ...this.#options, ...visible };
    if (!returnWeights && this.#score === undefined) {
      return { pooled: scaledDotProductAttention(queries, keys, values, { ...options, scale }) };
    }
    const { numHeads, headDim } = this.#sizes;
    const [k, v] = [keys, values].map((x) => repeatHeads(x, numHeads)) as [tf.Tensor4D, tf.Tensor4D];
    const score = this.#score ?? dotScoreWith(scale ?? 1 / Math.sqrt(headDim));
    if (!returnWeights) return { pooled: attentionPooling(queries, k, v, { ...options, score }) };
    const stages = attentionStages(queries, k, { ...options, score });
    return { pooled: tf.matMul(stages.dropped, v), stages };
  }

  #rotate(x: tf.Tensor4D, at: PositionsOfBatch, span: number | undefined): tf.Tensor4D {
    return this.#rotary?.rotate(x, at, span) ?? x;
  }
}

/** [H] or [B, H] -> [1 or B, H, 1, 1] */
function perHead(headMask: tf.Tensor, [batch, numHeads]: number[]): tf.Tensor {
  const shape = [...headMask.shape];
  if (shape.at(-1) !== numHeads || (shape.length === 2 ? shape[0] !== batch : shape.length !== 1)) {
    throw new RangeError(
      `MultiHeadAttention: expected headMask [${numHeads}] or [${batch},${numHeads}], got [${shape}]`,
    );
  }
  return tf.reshape(headMask, [shape.length === 2 ? (batch ?? 0) : 1, numHeads ?? 0, 1, 1]);
}
