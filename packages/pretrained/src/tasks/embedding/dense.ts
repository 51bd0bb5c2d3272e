import { linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { DenseStep } from "../../sentenceModules/dense.ts";

/** Runs the layer: x [B, I] -> [B, O] */
export function dense(x: tf.Tensor2D, { weight, bias, inputDim, outputDim, activation }: DenseStep): tf.Tensor2D {
  return tf.tidy(() => {
    const kernel = tf.tensor2d(weight, [outputDim, inputDim]);
    return linear(x, kernel, bias && tf.tensor1d(bias), activation) as tf.Tensor2D;
  });
}
