import * as tf from "@tensorflow/tfjs-core";
import { elementGradients } from "./elementGradients.ts";
import { layoutGradients } from "./layoutGradients.ts";
import { matMulGradients } from "./matMulGradients.ts";
import { pairGradients } from "./pairGradients.ts";
import { reductionGradients } from "./reductionGradients.ts";

/**
 * Operations whose gradients in tfjs fail: on tensors that were broadcast against each other, or to no elements, or on a tensor
 * cut into one part, or repeated in five dimensions.
 */
const REPLACED: ReadonlySet<string> = new Set([
  ...[tf.Add, tf.Sub, tf.Multiply, tf.RealDiv, tf.Maximum, tf.Minimum],
  ...[tf.BatchMatMul, tf.SquaredDifference, tf.SplitV, tf.Unpack, tf.Tile],
]);

/**
 * Registers the gradients of the tfjs operations that transformers use.
 *
 * tfjs-core alone registers none, and its list of all of them cannot be imported in Node. Gradients that are
 * registered already, say by `@tensorflow/tfjs`, stay, but for those that fail there on shapes that occur.
 * `initBackend` calls this; gradients of one's own are registered after it.
 */
export function registerGradients(): void {
  const gradients = [
    ...elementGradients,
    ...pairGradients,
    ...reductionGradients,
    ...layoutGradients,
    ...matMulGradients,
  ];
  for (const gradient of gradients) {
    if (REPLACED.has(gradient.kernelName) || tf.getGradient(gradient.kernelName) === undefined) {
      tf.registerGradient(gradient);
    }
  }
}
