import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { activate, type Activation } from "./activate.ts";
import { floatsOf } from "./weights/denseOf.ts";
import { packedLinear } from "./weights/packedLinear.ts";
import { magnitudeFactors } from "./weights/magnitudeFactors.ts";
import { isPacked, isWeight, type LowRankAdapter, type Weight } from "./weights/weight.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/**
 * Computes `activation(x weightᵀ + bias)` over the last axis of `x`. A weight's adapter adds `scale (x aᵀ) bᵀ` before
 * the activation: two small products, and no dense matrix. One with a magnitude scales the outputs too, before the bias.
 *
 * Kernels: QkvLinear `{ x [..., I], weight [O, I], bias? [O] }` with `{ activation?: "relu" }` -> [..., O];
 * QkvColumnSum `{ x [N, O] }` -> [O]; and QkvActivateGradient.
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
    const y = adapter === undefined ? storedLinear(x, weight, bias) : adaptedLinear(x, weight, adapter, bias);
    return activation === undefined ? y : activate(y, activation);
  });
}

/** The product with the adapter's. Where that drops values, all that it adds to the weight's own product is of what is left. */
function adaptedLinear(x: tf.Tensor, weight: Weight, adapter: LowRankAdapter, bias: tf.Tensor | undefined): tf.Tensor {
  const { a, b, scale, magnitude, dropout } = adapter;
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
function storedLinear(x: tf.Tensor, weight: Weight, bias: tf.Tensor | undefined): tf.Tensor {
  if (!isPacked(weight)) return denseLinear(x, floatsOf("linear", weight), bias);
  checkTensor("linear", "x", x, "[..., I]");
  checkTensor("linear", "weight", weight.parts.data, "[...]");
  checkShapes(x, weight, bias);
  return packedLinear(x, weight, bias);
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

// Only relu is done inside the product: its gradient needs no more than the result. The others keep their input.
function fusedLinear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  activation: Activation | undefined,
): tf.Tensor {
  ensureGradient(gradient);
  const inside = activation === "relu" ? { activation } : {};
  const y = runFusedFirst(FUSED_KERNELS.linear, { x, weight, bias }, inside);
  return activation === undefined || activation === "relu" ? y : activate(y, activation);
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
      x: () => tf.reshape(tf.matMul(toRows(dz), weight as tf.Tensor2D), x.shape),
      weight: () => tf.matMul(toRows(dz), toRows(x), true),
      bias: () => runFusedFirst(FUSED_KERNELS.columnSum, { x: dz }),
    };
  },
};
