import { checkRecord, checkTensor } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { checkPooled } from "../checks/argumentChecks.ts";
import type { ScoredAttentionOptions } from "../scaledDotProduct/options.ts";
import { attentionPooling } from "../pooling/attentionPooling.ts";
import { attentionStages } from "../scaledDotProduct/stages.ts";
import { LastWeights } from "./lastWeights.ts";
import type { EmptyRows } from "../masks/maskedSoftmax.ts";
import { validLengthMask, type ValidLengths } from "../masks/validLengths.ts";

/** Options of `DotProductAttention` and `AdditiveAttention` for their attention weights. */
export interface KeptWeightsOptions {
  /** Whether `attentionWeights` keeps the weights of the last call, until the next call or `dispose`. Default false. */
  readonly keepWeights?: boolean;
  /**
   * Output of a query whose valid length is 0: `zeros`, or the `uniform` mean, as in Dive into Deep Learning. Default
   * zeros.
   */
  readonly emptyRows?: EmptyRows;
}

/**
 * Scaled dot-product attention with the interface of Dive into Deep Learning, section 11.3: valid lengths, and the window
 * mask of a Swin Transformer.
 */
export class DotProductAttention {
  readonly #dropout: number;
  readonly #numHeads: number;
  readonly #options: KeptWeightsOptions;
  readonly #last = new LastWeights();

  /**
   * @param dropout probability of dropping a weight while training
   * @param numHeads number of consecutive batch items that are heads of one window; only a window mask needs it
   */
  constructor(dropout = 0, numHeads = 1, options: KeptWeightsOptions = {}) {
    checkRecord("DotProductAttention", "options", options);
    this.#dropout = dropout;
    this.#numHeads = numHeads;
    this.#options = options;
  }

  /** [N, Q, K] of the last call, before dropout; undefined unless kept. The module owns it. */
  get attentionWeights(): tf.Tensor3D | undefined {
    return this.#last.get();
  }

  /**
   * @param queries [N, Q, D]
   * @param keys [N, K, D]
   * @param values [N, K, V]
   * @param validLens number of valid keys, for each N or for each N and Q
   * @param windowMask [numWindows, Q, K], added to the scores; N is then B * numWindows * numHeads, in this order
   * @param random stream of dropout, given while training
   * @returns [N, Q, V]
   * @throws RangeError if shapes do not fit, there is no key, or a length is not an integer from 0 to K
   */
  forward(
    queries: tf.Tensor,
    keys: tf.Tensor,
    values: tf.Tensor,
    validLens?: ValidLengths,
    windowMask?: tf.Tensor,
    random?: RandomStream,
  ): tf.Tensor3D {
    checkTensor("DotProductAttention.forward", "queries", queries, "[N, Q, D]");
    checkTensor("DotProductAttention.forward", "keys", keys, "[N, K, D]");
    checkTensor("DotProductAttention.forward", "values", values, "[N, K, V]");
    if (windowMask !== undefined)
      checkTensor("DotProductAttention.forward", "windowMask", windowMask, "[numWindows, Q, K]");
    checkPooled("DotProductAttention", queries, keys, values, { sameWidth: true });
    return tf.tidy(() => {
      const groups = windowMask === undefined ? 1 : this.#itemsOfWindows(windowMask, queries, keys);
      const grouped = (x: tf.Tensor3D) => tf.reshape(x, [-1, groups, x.shape[1], x.shape[2]]) as tf.Tensor4D;
      const mask = validLens && grouped(maskOf(validLens, queries, keys));
      const bias = windowMask && this.#biasOf(windowMask);
      const options = { mask, bias, dropout: this.#dropout, random, emptyRows: this.#options.emptyRows };
      const [q, k, v] = [grouped(queries), grouped(keys), grouped(values)];
      const pooled = this.#options.keepWeights
        ? this.#poolAndKeep(q, k, v, options)
        : attentionPooling(q, k, v, options);
      return tf.reshape(pooled, [queries.shape[0], queries.shape[1], values.shape[2]]);
    });
  }

  /** Disposes of the kept weights. */
  dispose(): void {
    this.#last.dispose();
  }

  #poolAndKeep(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: ScoredAttentionOptions): tf.Tensor4D {
    const { probabilities, droppedProbabilities } = attentionStages(q, k, options);
    this.#last.set(tf.reshape(probabilities, [-1, probabilities.shape[2], probabilities.shape[3]]));
    return tf.matMul(droppedProbabilities, v);
  }

  /** numWindows * numHeads, the number of batch items of one image. */
  #itemsOfWindows(windowMask: tf.Tensor3D, queries: tf.Tensor3D, keys: tf.Tensor3D): number {
    const [windows, rows, columns] = windowMask.shape;
    const items = windows * this.#numHeads;
    const [batch, q] = queries.shape;
    if (windowMask.rank !== 3 || rows !== q || columns !== keys.shape[1] || !Number.isInteger(batch / items)) {
      throw new RangeError(
        `DotProductAttention: expected windowMask [numWindows, ${q}, ${keys.shape[1]}] with numWindows * ` +
          `${this.#numHeads} heads a divisor of ${batch}, got [${windowMask.shape}]`,
      );
    }
    return items;
  }

  /** [numWindows, Q, K] -> [1, numWindows * numHeads, Q, K] */
  #biasOf(windowMask: tf.Tensor3D): tf.Tensor4D {
    const [windows, queries, keys] = windowMask.shape;
    const repeated = tf.tile(tf.expandDims(windowMask, 1), [1, this.#numHeads, 1, 1]);
    return tf.reshape(repeated, [1, windows * this.#numHeads, queries, keys]);
  }
}

/** [N, 1 or Q, K] */
export function maskOf(validLens: ValidLengths, queries: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
  return validLengthMask(validLens, { batch: queries.shape[0], queries: queries.shape[1], keys: keys.shape[1] });
}
