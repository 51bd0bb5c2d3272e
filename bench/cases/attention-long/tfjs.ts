import * as tf from "@tensorflow/tfjs";
import { startStockTfjs } from "../../backends/stockTfjs.ts";
import { type StartEngine, Unavailable } from "../../harness/engine.ts";
import { attentionGradients } from "./attentionGradients.ts";
import type { AttentionWork } from "./work.ts";

const HEAP_BYTES = 4 * 2 ** 30;

/** Attention composed of tfjs's operations, with its matrix of weights in memory. */
export const start: StartEngine<AttentionWork> = async (options) => {
  const { length, heads, headDim } = options;
  // At least the scaled scores, the weights, and the gradients of both stand side by side.
  const least = 4 * heads * length ** 2 * Float32Array.BYTES_PER_ELEMENT;
  if (least > HEAP_BYTES) {
    throw new Unavailable(`its weights and their gradients take ${(least / 2 ** 30).toFixed(0)} GB, wasm has 4`);
  }
  const version = await startStockTfjs();
  const attend = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) =>
    tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), headDim ** -0.5)), v);
  const engine = attentionGradients(tf, options, attend);
  try {
    await engine.run();
  } catch (error) {
    throw new Unavailable(`it runs out of memory (${error instanceof Error ? error.message : String(error)})`);
  }
  return { version, ...engine };
};
