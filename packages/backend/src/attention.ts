import * as tf from "@tensorflow/tfjs-core";
import { attentionBiasGradient, composedAttention } from "./composedAttention.ts";
import { dropoutKey, type DropoutKey } from "./dropoutHash.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "./fusedKernel.ts";

/** What `attention` may be told. */
export interface AttentionOptions {
  /** Bool, broadcastable to [B, H, Q, K]; true keeps. */
  readonly mask?: tf.Tensor | undefined;
  /** Query i sees key j where j <= i + (K - Q). */
  readonly causal?: boolean | undefined;
  /** Added to the scaled scores; broadcastable to [B, H, Q, K]. */
  readonly bias?: tf.Tensor | undefined;
  /** Left out: 1 / sqrt(D). */
  readonly scale?: number | undefined;
  /** Dropout of the weights, as `dropout` of a tensor [B, H, Q, K]. */
  readonly dropout?: { readonly rate: number; readonly seed: number } | undefined;
}

/** The attributes of the kernels QkvAttention and QkvAttentionGradient. */
export interface AttentionAttrs {
  readonly scale: number;
  readonly causal: boolean;
  readonly dropout: DropoutKey | undefined;
}

/**
 * `softmax(scale q kᵀ + bias) v`: section 3.2.1 of arXiv:1706.03762. A query that sees no key gives zeros.
 *
 * Kernels, both with `AttentionAttrs`: QkvAttention `{ q, k, v, mask, bias }` -> y [B, H, Q, D], logsumexp [B, H, Q];
 * QkvAttentionGradient `{ q, k, v, mask, bias, y, logSumExp, dy }` -> dq, dk, dv.
 * Mask and bias come with rank 4, or with shape [0] where there is none.
 *
 * @param q [B, H, Q, D]
 * @param k [B, H, K, D]
 * @param v [B, H, K, D]
 * @returns [B, H, Q, D]
 */
export function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  { mask, causal = false, bias, scale, dropout }: AttentionOptions = {},
): tf.Tensor4D {
  checkShapes(q, k, v);
  const attrs: AttentionAttrs = {
    scale: scale ?? 1 / Math.sqrt(q.shape[3] ?? 1),
    causal,
    dropout: dropout === undefined || dropout.rate === 0 ? undefined : dropoutKey(dropout.rate, dropout.seed),
  };
  return tf.tidy(() => {
    const scores = [...q.shape.slice(0, 3), k.shape[2] ?? 0]; // [B, H, Q, K]
    const inputs = {
      q,
      k,
      v,
      mask: alignToScores("mask", mask, scores, "bool"),
      bias: alignToScores("bias", bias, scores, "float32"),
    };
    if (!hasKernel(FUSED_KERNELS.attention)) {
      return composedAttention(inputs, attrs);
    }
    ensureGradient(gradient);
    return runFusedFirst(FUSED_KERNELS.attention, inputs, attrs) as tf.Tensor4D;
  });
}

function checkShapes(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): void {
  const fits =
    q.rank === 4 &&
    k.rank === 4 &&
    tf.util.arraysEqual(k.shape, v.shape) &&
    [0, 1, 3].every((axis) => q.shape[axis] === k.shape[axis]);
  if (!fits) {
    throw new RangeError(
      `attention: expected q [B, H, Q, D], k and v [B, H, K, D], got [${q.shape}], [${k.shape}], [${v.shape}]`,
    );
  }
}

function alignToScores(
  name: string,
  tensor: tf.Tensor | undefined,
  scores: readonly number[],
  dtype: "bool" | "float32",
): tf.Tensor {
  if (tensor === undefined) return tf.tensor([], [0], dtype);
  const shape = [...Array<number>(Math.max(0, 4 - tensor.rank)).fill(1), ...tensor.shape];
  const fits = shape.length === 4 && shape.every((size, axis) => size === 1 || size === scores[axis]);
  if (!fits || tensor.dtype !== dtype) {
    throw new RangeError(
      `attention: expected a ${dtype} ${name} broadcastable to [${scores}], got ${tensor.dtype} [${tensor.shape}]`,
    );
  }
  return tf.reshape(tensor, shape);
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.attention,
  inputsToSave: ["q", "k", "v", "mask", "bias"],
  outputsToSave: [true, true],
  gradFunc: (dys, saved, attrs) => {
    const [q, k, v, mask, bias, y, logSumExp] = saved as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const dy = (dys as [tf.Tensor])[0];
    const [dq, dk, dv] = runFused(
      FUSED_KERNELS.attentionGradient,
      { q, k, v, mask, bias, y, logSumExp, dy },
      attrs,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      q: () => dq,
      k: () => dk,
      v: () => dv,
      bias: () => attentionBiasGradient({ q, k, v, mask, bias }, dy, attrs as unknown as AttentionAttrs),
    };
  },
};
