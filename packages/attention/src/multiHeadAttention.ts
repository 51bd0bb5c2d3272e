import { type Initializer, Linear, type Params, type RandomStream, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { mergeHeads, splitHeads } from "./heads.ts";
import type { KeyValue } from "./keyValue.ts";
import { type AttentionOptions, attentionWeights, scaledDotProductAttention } from "./scaledDotProductAttention.ts";

/** The sizes of a {@link MultiHeadAttention}. */
export interface MultiHeadAttentionConfig {
  readonly dModel: number;
  readonly numHeads: number;
  /** Chance of dropping an attention weight while training. Default 0. */
  readonly attentionDropout?: number;
  /** How the four weights start. Default Xavier's uniform. */
  readonly init?: Initializer;
}

/** How one call attends: who sees whom, and what is wanted back. */
export interface AttendOptions extends Pick<AttentionOptions, "mask" | "causal" | "bias"> {
  /** Given while training: where dropout draws its masks from. */
  readonly random?: RandomStream | undefined;
  /** Gives the attention weights back too. They are then held in memory, all [B, H, Q, K] of them. */
  readonly returnWeights?: boolean | undefined;
}

/** What attending gave. */
export interface Attended {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** [B, H, Q, K], when asked for */
  readonly weights?: tf.Tensor4D;
}

/** Attention in `numHeads` subspaces at once ("Attention Is All You Need", section 3.2.2). */
export class MultiHeadAttention {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly outProj: Linear;

  readonly #numHeads: number;
  readonly #dropout: number;

  constructor(params: Params, { dModel, numHeads, attentionDropout = 0, init }: MultiHeadAttentionConfig) {
    if (dModel % numHeads !== 0) {
      throw new RangeError(
        `MultiHeadAttention: expected dModel to be a multiple of numHeads, got ${dModel} and ${numHeads}`,
      );
    }
    const options = init === undefined ? {} : { init };
    this.qProj = new Linear(params.at("qProj"), dModel, dModel, options);
    this.kProj = new Linear(params.at("kProj"), dModel, dModel, options);
    this.vProj = new Linear(params.at("vProj"), dModel, dModel, options);
    this.outProj = new Linear(params.at("outProj"), dModel, dModel, options);
    this.#numHeads = numHeads;
    this.#dropout = attentionDropout;
  }

  /**
   * Projects and attends in one go.
   *
   * @param x [B, Q, E]
   * @param context [B, K, E]; `x` itself for self-attention
   */
  forward(x: tf.Tensor3D, context: tf.Tensor3D, options?: AttendOptions): Attended {
    return tidy(() => this.attend(x, this.project(context), options));
  }

  /** The keys and values of a context [B, K, E], so that they can be attended to more than once. */
  project(context: tf.Tensor3D): KeyValue {
    return tidy(() => ({
      keys: splitHeads(this.kProj.forward(context), this.#numHeads),
      values: splitHeads(this.vProj.forward(context), this.#numHeads),
    }));
  }

  /** @param x [B, Q, E]  @param context what {@link project} gave, or several of those appended */
  attend(x: tf.Tensor3D, context: KeyValue, { returnWeights, random, ...visible }: AttendOptions = {}): Attended {
    return tidy(() => {
      const options = { ...visible, dropout: this.#dropout, ...(random && { random }) };
      const queries = splitHeads(this.qProj.forward(x), this.#numHeads);
      if (!returnWeights) {
        const pooled = scaledDotProductAttention(queries, context.keys, context.values, options);
        return { output: this.outProj.forward(mergeHeads(pooled)) };
      }
      const weights = attentionWeights(queries, context.keys, options);
      return { output: this.outProj.forward(mergeHeads(tf.matMul(weights, context.values))), weights };
    });
  }
}
