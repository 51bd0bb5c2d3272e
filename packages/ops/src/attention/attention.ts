import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";
import type { AttentionAttrs, AttentionInputs } from "./attentionInputs.ts";
import { attentionBiasGradient, composedAttention } from "./composedAttention.ts";
import { dropoutKey } from "../dropout/dropoutHash.ts";
import { describeArgument } from "../checks/describeArgument.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "../fusedKernel.ts";
import { canFoldHeads, foldHeads, repeatHeads } from "./groupedHeads.ts";

/** Options of `attention`. */
export interface AttentionOptions {
  /** Attention mask: bool, broadcastable to [B, H, Q, K]; true keeps a key. */
  readonly mask?: tf.Tensor | undefined;
  /** Causal mask: query i sees key j where j <= i + (K - Q). */
  readonly causal?: boolean | undefined;
  /** Bias added to the scaled scores; broadcastable to [B, H, Q, K]. */
  readonly bias?: tf.Tensor | undefined;
  /** Factor of the scores. Default 1 / sqrt(D), and 1 where D is 0. */
  readonly scale?: number | undefined;
  /**
   * Soft cap: scaled scores become softcap tanh(score / softcap), before the bias. No kernel supports it: it is
   * composed.
   */
  readonly softcap?: number | undefined;
  /** Dropout of the weights, as `dropout` of a tensor [B, H, Q, K]. */
  readonly dropout?: { readonly rate: number; readonly seed: number } | undefined;
}

/**
 * Computes attention, `softmax(scale q kᵀ + bias) v`: section 3.2.1 of arXiv:1706.03762. A query with no visible key
 * gives zeros.
 *
 * Kernels, both with `AttentionAttrs`: QkvAttention `{ q, k, v, mask, bias }` -> y [B, H, Q, D], logsumexp [B, H, Q];
 * QkvAttentionGradient `{ q, k, v, mask, bias, y, logSumExp, dy }` -> dq, dk, dv.
 * Mask and bias come with rank 4, or with shape [0] where there is none.
 *
 * @param q [B, H, Q, D]
 * @param k [B, G, K, D], G a divisor of H: each key-value head serves H / G query heads in a row
 * @param v [B, G, K, V]
 * @returns [B, H, Q, V]
 * @throws RangeError if the shapes do not fit, or dropout's rate or seed is invalid
 */
export function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  { mask, causal = false, bias, scale, softcap, dropout }: AttentionOptions = {},
): tf.Tensor4D {
  for (const [name, x] of [
    ["q", q],
    ["k", k],
    ["v", v],
  ] as const)
    checkTensor("attention", name, x, "[...]");
  checkShapes(q, k, v);
  if (scale !== undefined && !Number.isFinite(scale))
    throw new RangeError(`attention: expected scale to be a number, got ${describeArgument(scale)}`);
  const attrs: AttentionAttrs = {
    scale: scale ?? 1 / Math.sqrt(q.shape[3] || 1),
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
    const fused = softcap === undefined && hasKernel(FUSED_KERNELS.attention);
    const y = byHead(
      inputs,
      attrs,
      fused ? fusedAttention : (all, each) => composedAttention(all, { ...each, softcap }),
    );
    const [batch = 0, heads = 0, queries = 0] = q.shape;
    return y.shape[1] === heads ? (y as tf.Tensor4D) : tf.reshape(y, [batch, heads, queries, v.shape[3] ?? 0]);
  });
}

/** Runs `attend` with a key-value head for each query head. */
function byHead(
  inputs: AttentionInputs,
  attrs: AttentionAttrs,
  attend: (inputs: AttentionInputs, attrs: AttentionAttrs) => tf.Tensor,
): tf.Tensor {
  const { q, k, v } = inputs;
  const [heads = 0, groups = 0] = [q.shape[1], k.shape[1]];
  if (heads === groups) return attend(inputs, attrs);
  if (canFoldHeads(inputs, attrs.causal)) {
    return attend({ ...inputs, q: foldHeads(q, groups) }, { ...attrs, causal: false });
  }
  return attend({ ...inputs, k: repeatHeads(k, heads), v: repeatHeads(v, heads) }, attrs);
}

/** Runs the kernel, which has one width for keys and values: the narrower ones are padded with zeros. */
function fusedAttention(inputs: AttentionInputs, attrs: AttentionAttrs): tf.Tensor {
  ensureGradient(gradient);
  const { q, k, v } = inputs;
  const [width = 0, valueWidth = 0] = [q.shape[3], v.shape[3]];
  if (width === valueWidth) return runFusedFirst(FUSED_KERNELS.attention, { ...inputs }, attrs);
  const widest = Math.max(width, valueWidth);
  const widened = { ...inputs, q: widen(q, widest), k: widen(k, widest), v: widen(v, widest) };
  const y = runFusedFirst(FUSED_KERNELS.attention, widened, attrs);
  return tf.slice(y, [0, 0, 0, 0], [...y.shape.slice(0, 3), valueWidth]);
}

function widen(x: tf.Tensor, width: number): tf.Tensor {
  const missing = width - (x.shape[3] ?? 0);
  return missing === 0 ? x : tf.pad(x, [...Array<[number, number]>(3).fill([0, 0]), [0, missing]]);
}

function checkShapes(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): void {
  const fits =
    q.rank === 4 &&
    k.rank === 4 &&
    v.rank === 4 &&
    [0, 1, 2].every((axis) => k.shape[axis] === v.shape[axis]) &&
    [0, 3].every((axis) => q.shape[axis] === k.shape[axis]) &&
    (q.shape[1] === k.shape[1] || (q.shape[1] ?? 0) % (k.shape[1] ?? 0) === 0);
  if (!fits) {
    throw new RangeError(
      `attention: expected q [B, H, Q, D], k [B, G, K, D], v [B, G, K, V] with H a multiple of G, ` +
        `got [${q.shape}], [${k.shape}], [${v.shape}]`,
    );
  }
}

/** A mask or a bias of rank 4, or of shape [0] where there is none. @throws RangeError if it does not fit */
export function alignToScores(
  name: string,
  tensor: tf.Tensor | undefined,
  scores: readonly number[],
  dtype: "bool" | "float32",
): tf.Tensor {
  if (tensor === undefined) return tf.tensor([], [0], dtype);
  checkTensor("attention", name, tensor, "[...]", dtype);
  const shape = [...Array<number>(Math.max(0, 4 - tensor.rank)).fill(1), ...tensor.shape];
  const fits = shape.length === 4 && shape.every((size, axis) => size === 1 || size === scores[axis]);
  if (!fits) {
    throw new RangeError(
      `attention: expected a ${dtype} ${name} broadcastable to [${scores}], got ${tensor.dtype} [${tensor.shape}]`,
    );
  }
  return tensor.rank === 4 ? tensor : tf.reshape(tensor, shape);
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
