import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation } from "./activate.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/**
 * `activation(x weightᵀ + bias)`, over the last axis of `x`.
 *
 * Kernels: QkvLinear `{ x [N, I], weight [O, I], bias? [O] }` with `{ activation?: "relu" }` -> [N, O];
 * QkvColumnSum `{ x [N, O] }` -> [O]; and QkvActivateGradient.
 *
 * @param x [..., I]
 * @param weight [O, I], as PyTorch and Hugging Face keep it
 * @param bias [O]
 * @returns [..., O]
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor, activation?: Activation): tf.Tensor {
  checkShapes(x, weight, bias);
  return tf.tidy(() => {
    const [outputs = 0, inputs = 0] = weight.shape;
    const leading = x.shape.slice(0, -1);
    const rows = tf.reshape(x, [tf.util.sizeFromShape(leading), inputs]);
    const y = hasKernel(FUSED_KERNELS.linear)
      ? fusedLinear(rows, weight, bias, activation)
      : composedLinear(rows, weight, bias, activation);
    return tf.reshape(y, [...leading, outputs]);
  });
}

function checkShapes(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined): void {
  if (
    weight.rank !== 2 ||
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
  rows: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  activation: Activation | undefined,
): tf.Tensor {
  ensureGradient(gradient);
  const inside = activation === "relu" ? { activation } : {};
  const y = runFusedFirst(FUSED_KERNELS.linear, { x: rows, weight, bias }, inside);
  return activation === undefined || activation === "relu" ? y : activate(y, activation);
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.linear,
  inputsToSave: ["x", "weight"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, weight, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    // Eager: the three thunks below share it, and each runs in a tidy of its own.
    const dz =
      attrs["activation"] === "relu"
        ? runFusedFirst(
            FUSED_KERNELS.activateGradient,
            { x: y, dy: dy as tf.Tensor },
            { activation: "relu" }, // relu(z) > 0 where z > 0, so the result serves as well as its input
          )
        : (dy as tf.Tensor);
    return {
      x: () => tf.matMul(dz as tf.Tensor2D, weight as tf.Tensor2D),
      weight: () => tf.matMul(dz as tf.Tensor2D, x as tf.Tensor2D, true),
      bias: () => runFusedFirst(FUSED_KERNELS.columnSum, { x: dz }),
    };
  },
};
