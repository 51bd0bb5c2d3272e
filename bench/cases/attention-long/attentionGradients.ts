import type * as tf from "@tensorflow/tfjs-core";
import type { Engine } from "../../harness/engine.ts";
import { type AttentionWork, inputsOf } from "./work.ts";

/** The part of tfjs that is used here: the copy that ours stands on, or the one that the peer is. */
type Tfjs = Pick<typeof tf, "tensor4d" | "grads" | "dispose">;

/** Attention forward and backward: the gradients with respect to queries, keys and values where each output has 1. */
export function attentionGradients(
  tf: Tfjs,
  work: AttentionWork,
  attend: (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => tf.Tensor,
): Pick<Engine, "run" | "result"> {
  const shape: [number, number, number, number] = [1, work.heads, work.length, work.headDim];
  const inputs = inputsOf(work).map((data) => tf.tensor4d(data, shape));
  const gradients = tf.grads((...args: tf.Tensor[]) => attend(...(args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D])));
  const run = async () => {
    const made = gradients(inputs);
    const first = await Promise.all(made.map(async (gradient) => (await gradient.data()).slice(0, 1000)));
    tf.dispose(made);
    return first;
  };
  return { run, result: async () => (await run()).flatMap((numbers) => [...numbers]) };
}
