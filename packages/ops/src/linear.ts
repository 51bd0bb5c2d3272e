import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { activate, type Activation, isFusedActivation } from "./activate.ts";
import type { FusedActivation } from "./composedActivations.ts";
import { isRecomputed } from "./backward/isRecomputed.ts";
import { floatsOf } from "./weights/denseOf.ts";
import { packedLinear } from "./weights/packedLinear.ts";
import { magnitudeFactors } from "./weights/magnitudeFactors.ts";
import { isPacked, isWeight, type LowRankAdapter, type Weight } from "./weights/weight.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, isRecordingGradients, runFusedFirst } from "./fusedKernel.ts";

/**
 * Computes `activation(x weightᵀ + bias)` over the last axis of `x`. A weight's adapter adds `scale (x aᵀ) bᵀ` before
 * the activation: two small products, and no dense matrix. One with a magnitude scales the outputs too, before the bias.
 *
 * Kernels: QkvLinear `{ x [..., I], weight [O, I], bias? [O] }` with `{ activation?: "relu" }`, or any `FusedActivation` of an
 * {@link ActivatingKernel} -> [..., O]; QkvColumnSum `{ x [N, O] }` -> [O]; and QkvActivateGradient. Where there are some,
 * QkvLinearGradient `{ dy [N, O], weight }` -> [N, I] and QkvLinearWeightGradient `{ dy [N, O], x [N, I] }` -> [O, I].
 *
 * @param x [..., I]
 * @param weight [O, I], as PyTorch and Hugging Face keep it
 * @param bias [O]
 * @returns [..., O]
 * @throws RangeError if the shapes do not fit
 */
export function linear(x: tf.Tensor, weight: Weight | tf.Tensor, bias?: tf.Tensor, activation?: Activation): tf.Tensor {
  if (!isWeight(weight)) return denseLinear(x, weight, bias, activation);
  const { adapter } = weight;
  weight.observer?.(x);
  if (adapter === undefined && !isPacked(weight)) {
    return denseLinear(x, floatsOf("linear", weight), bias, activation);
  }
  return tf.tidy(() => {
    const inside = adapter === undefined ? insideOf(FUSED_KERNELS.packedLinear, activation) : undefined;
    const y = adapter === undefined ? storedLinear(x, weight, bias, inside) : adaptedLinear(x, weight, adapter, bias);
    return activation === inside || activation === undefined ? y : activate(y, activation);
  });
}

/** The product with the adapter's. Where that drops values, all that it adds to the weight's own product is of what is left. */
function adaptedLinear(x: tf.Tensor, weight: Weight, adapter: LowRankAdapter, bias: tf.Tensor | undefined): tf.Tensor {
  const { a, b, scale, magnitude, dropout } = adapter;
  if (dropout !== undefined && isRecomputed()) {
    throw new RangeError("recompute: expected an adapter without dropout, whose draws cannot be made again");
  }
  const left = dropout === undefined ? x : dropout(x);
  const update = denseLinear(tf.mul(denseLinear(left, a), scale), b); // [..., r] on the way
  if (magnitude === undefined) return tf.add(storedLinear(x, weight, bias), update);
  const y = storedLinear(x, weight, undefined);
  const factors = magnitudeFactors(weight, adapter, magnitude);
  const scaled =
    dropout === undefined
      ? tf.mul(tf.add(y, update), factors)
      : tf.add(y, tf.add(tf.mul(storedLinear(left, weight, undefined), tf.sub(factors, 1)), tf.mul(update, factors)));
  return bias === undefined ? scaled : tf.add(scaled, bias);
}

/** The product without the adapter. */
function storedLinear(
  x: tf.Tensor,
  weight: Weight,
  bias: tf.Tensor | undefined,
  activation?: FusedActivation,
): tf.Tensor {
  if (!isPacked(weight)) return denseLinear(x, floatsOf("linear", weight), bias, activation);
  checkTensor("linear", "x", x, "[..., I]");
  checkTensor("linear", "weight", weight.parts.data, "[...]");
  checkShapes(x, weight, bias);
  return packedLinear(x, weight, bias, activation);
}

function denseLinear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor, activation?: Activation): tf.Tensor {
  checkTensor("linear", "x", x, "[..., I]");
  checkTensor("linear", "weight", weight, "[...]");
  if (bias !== undefined) checkTensor("linear", "bias", bias, "[...]");
  checkShapes(x, weight, bias);
  return tf.tidy(() => {
    if (hasKernel(FUSED_KERNELS.linear)) return fusedLinear(x, weight, bias, activation);
    const y = composedLinear(toRows(x), weight, bias, activation);
    return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[0] ?? 0]);
  });
}

/** [..., W] -> [N, W] */
function toRows(x: tf.Tensor): tf.Tensor2D {
  if (x.rank === 2) return x as tf.Tensor2D;
  return tf.reshape(x, [tf.util.sizeFromShape(x.shape.slice(0, -1)), x.shape.at(-1) ?? 0]);
}

function checkShapes(x: tf.Tensor, weight: { shape: readonly number[] }, bias: tf.Tensor | undefined): void {
  if (
    weight.shape.length !== 2 ||
    x.rank === 0 ||
    x.shape.at(-1) !== weight.shape[1] ||
    (bias !== undefined && (bias.rank !== 1 || bias.shape[0] !== weight.shape[0]))
  ) {
    throw new RangeError(
      `linear: expected x [..., I], weight [O, I], bias [O], ` +
        `got [${x.shape}], [${weight.shape}], ${bias === undefined ? "none" : `[${bias.shape}]`}`,
    );
  }
}

function composedLinear(
  rows: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  activation: Activation | undefined,
): tf.Tensor {
  const product = tf.matMul(rows, weight, false, true);
  const shifted = bias === undefined ? product : tf.add(product, bias);
  return activation === undefined ? shifted : activate(shifted, activation);
}

function fusedLinear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  activation: Activation | undefined,
): tf.Tensor {
  ensureGradient(gradient);
  const inside = activation === "relu" ? activation : insideOf(FUSED_KERNELS.linear, activation);
  const y = runFusedFirst(FUSED_KERNELS.linear, { x, weight, bias }, inside && { activation: inside });
  return activation === undefined || activation === inside ? y : activate(y, activation);
}

/** A kernel of products that applies every `FusedActivation` before it writes its result, for use without gradients. */
export interface ActivatingKernel {
  readonly appliesActivations?: boolean;
}

/**
 * The activation that the product applies by itself. With gradients only relu is done inside, whose slope its result tells;
 * of the others the input has to be kept.
 */
function insideOf(kernel: FusedProduct, activation: Activation | undefined): FusedActivation | undefined {
  if (activation === undefined || !isFusedActivation(activation) || isRecordingGradients()) return undefined;
  const { appliesActivations } = (tf.getKernel(kernel, tf.getBackend()) ?? {}) as ActivatingKernel;
  return appliesActivations === true ? activation : undefined;
}

type FusedProduct = typeof FUSED_KERNELS.linear | typeof FUSED_KERNELS.packedLinear;

/** dz W */
function inputGradient(dz: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor {
  if (!hasKernel(FUSED_KERNELS.linearGradient)) return tf.matMul(dz, weight);
  return runFusedFirst(FUSED_KERNELS.linearGradient, { dy: dz, weight });
}

/** dzᵀ x */
function weightGradient(dz: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor {
  if (!hasKernel(FUSED_KERNELS.linearWeightGradient)) return tf.matMul(dz, x, true);
  return runFusedFirst(FUSED_KERNELS.linearWeightGradient, { dy: dz, x });
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.linear,
  inputsToSave: ["x", "weight"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, weight, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    // Eager: the three thunks below share it, and each runs in its own tidy.
    const dz =
      attrs["activation"] === "relu"
        ? runFusedFirst(
            FUSED_KERNELS.activateGradient,
            { x: y, dy: dy as tf.Tensor },
            { activation: "relu" }, // relu(z) > 0 where z > 0, so the result serves as well as its input
          )
        : (dy as tf.Tensor);
    return {
      x: () => tf.reshape(inputGradient(toRows(dz), weight as tf.Tensor2D), x.shape),
      weight: () => weightGradient(toRows(dz), toRows(x)),
      bias: () => runFusedFirst(FUSED_KERNELS.columnSum, { x: dz }),
    };
  },
};
