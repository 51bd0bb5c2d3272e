import type { RandomStream } from "@qkv/nn";
import { globalNorm, type NamedGradients, type Optimizer } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";

/** A step of training to be timed, and what its engines can agree on: the loss and the norm of its gradients, without randomness. */
export function trainingStep(
  gradientsOf: (random?: RandomStream) => { readonly loss: tf.Scalar; readonly gradients: NamedGradients },
  optimizer: Optimizer,
  randomOf: (step: number) => RandomStream | undefined = () => undefined,
) {
  let step = 0;
  const run = async () => {
    const { loss, gradients } = gradientsOf(randomOf(step++));
    optimizer.step(gradients);
    tf.dispose([...gradients.values()]);
    const value = await loss.data();
    loss.dispose();
    return value;
  };
  const result = async () => {
    const { loss, gradients } = gradientsOf();
    const norm = globalNorm(gradients);
    const values = [...(await loss.data()), ...(await norm.data())];
    tf.dispose([loss, norm, ...gradients.values()]);
    return values;
  };
  return { run, result };
}
