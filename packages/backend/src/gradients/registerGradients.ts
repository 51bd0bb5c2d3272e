import * as tf from "@tensorflow/tfjs-core";
import { elementGradients } from "./elementGradients.ts";
import { layoutGradients } from "./layoutGradients.ts";
import { matMulGradients } from "./matMulGradients.ts";
import { pairGradients } from "./pairGradients.ts";
import { reductionGradients } from "./reductionGradients.ts";

/**
 * Registers the gradients of the tfjs operations that transformers are made of.
 *
 * tfjs-core alone registers none, and its list of all of them cannot be imported in Node. Gradients that are
 * registered already, say by `@tensorflow/tfjs`, stay. `initBackend` calls this.
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
    if (tf.getGradient(gradient.kernelName) === undefined) {
      tf.registerGradient(gradient);
    }
  }
}
