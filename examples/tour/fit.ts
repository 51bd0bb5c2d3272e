// How the programs of the tour train and read numbers: what is the same in Node and in a page.
import type { Params, RandomStream } from "@qkv/nn";
import { AdamW, train } from "@qkv/training";
import type * as tf from "@tensorflow/tfjs-core";

/** How long and how fast to train. */
export interface FitOptions {
  readonly steps: number;
  readonly learningRate: number;
  /** Is told the loss of each step. */
  readonly onStep?: (loss: number) => void;
}

/** Trains `params` to make `loss` small. The losses, one for each step. */
export async function fit(
  params: Params,
  loss: (random: RandomStream, step: number) => tf.Scalar,
  { steps, learningRate, onStep }: FitOptions,
): Promise<number[]> {
  const losses: number[] = [];
  using optimizer = new AdamW(params.named(), { learningRate, weightDecay: 0 });
  const numbered = Array.from({ length: steps }, (_, step) => step);
  await train(
    { params: params.named(), batches: () => numbered, loss: (step, random) => loss(random, step) },
    {
      ...{ optimizer, maxSteps: steps, clipNorm: 1 },
      onEvent: (event) => {
        if (event.type !== "step") return;
        losses.push(event.loss);
        onStep?.(event.loss);
      },
    },
  );
  return losses;
}

/** The numbers of a tensor, which is then let go. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const data = await tensor.data();
  tensor.dispose();
  return Float32Array.from(data);
}
