import { checkRecord, crossEntropy } from "@qkv/ops";
import { Linear, Params, type StateDict, type StateEntry } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { AdamW } from "../optimizers/adamW.ts";
import type { TrainingEvent } from "../loop/events.ts";
import { linearSchedule } from "../optimizers/schedules.ts";
import { train } from "../loop/train.ts";
import { readVariables } from "../parameters/variables.ts";

/** Features of examples from a frozen model, and their labels. */
export interface HeadExamples {
  /** [N, E] */
  readonly features: tf.Tensor2D;
  /** The class of each example, in [0, numClasses). */
  readonly labels: ArrayLike<number>;
  readonly numClasses: number;
}

/** Options of training a head. The defaults are for some tens of examples. */
export interface TrainHeadOptions {
  /** Default 200. */
  readonly steps?: number;
  /** The initial learning rate; it decays linearly to 0. Default 0.02. */
  readonly learningRate?: number;
  /** Weight decay, against overfitting to a few examples. Default 0.1. */
  readonly weightDecay?: number;
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * Trains a linear classifier on top of a frozen model, on all examples at once: fine-tuning for a few pictures, where
 * the model runs only once for each. The features are centered and scaled first, so that it does not matter how
 * large they are; the returned head takes them unscaled.
 *
 * @returns `weight` [numClasses, E] and `bias` [numClasses]
 * @throws AbortError if the signal is aborted
 */
export async function trainLinearProbe(examples: HeadExamples, options: TrainHeadOptions = {}): Promise<StateDict> {
  checkRecord("trainLinearProbe", "examples", examples);
  checkRecord("trainLinearProbe", "options", options);
  const { steps = 200, learningRate = 0.02, weightDecay = 0.1, signal, onEvent } = options;
  checkExamples(examples);
  const { labels, numClasses } = examples;
  const { features, mean, scale } = await centered(examples.features);
  const params = Params.initialized();
  const head = new Linear(params, features.shape[1], numClasses, { init: (shape) => tf.zeros(shape) });
  const optimizer = new AdamW(params.named(), { learningRate, weightDecay, weightDecayMask: params.named("matrix") });
  const classes = tf.tensor1d(Int32Array.from(labels), "int32");
  try {
    await train(
      {
        params: params.named(),
        batches: () => [features],
        tokens: () => classes.size,
        loss: (batch) => tf.tidy(() => tf.mean(crossEntropy(head.forward(batch), classes)) as tf.Scalar),
      },
      {
        optimizer,
        schedule: linearSchedule({ totalSteps: steps }),
        maxSteps: steps,
        ...(signal && { signal }),
        ...(onEvent && { onEvent }),
      },
    );
    signal?.throwIfAborted();
    return forFeaturesAsTheyCome(await readVariables(params.named()), mean, scale);
  } finally {
    tf.dispose([features, classes]);
    optimizer.dispose();
    params.dispose();
  }
}

interface Centered {
  /** [N, E], around 0 with a deviation of 1, all columns by the same factor: one of little variance keeps little weight. */
  readonly features: tf.Tensor2D;
  /** [E] */
  readonly mean: Float32Array;
  readonly scale: number;
}

async function centered(features: tf.Tensor2D): Promise<Centered> {
  const [mean, variance] = tf.tidy(() => {
    const mean = tf.mean(features, 0);
    return [mean, tf.mean(tf.square(tf.sub(features, mean)))] as const;
  });
  const [means, [value = 0]] = (await Promise.all([mean.data(), variance.data()])) as [Float32Array, Float32Array];
  const scale = value > 0 ? 1 / Math.sqrt(value) : 1; // one example, or all the same
  const centered = tf.tidy(() => tf.mul(tf.sub(features, mean), scale) as tf.Tensor2D);
  tf.dispose([mean, variance]);
  return { features: centered, mean: means.slice(), scale };
}

/** Folds the centering into the head: W (x - mean) scale + b. */
function forFeaturesAsTheyCome(head: StateDict, mean: Float32Array, scale: number): StateDict {
  const [weight, bias] = ["weight", "bias"].map((name) => head.get(name)) as [StateEntry, StateEntry];
  const weights = weight.data.map((value) => value * scale);
  const biases = bias.data.map((value, row) => {
    return mean.reduce((sum, center, i) => sum - center * (weights[row * mean.length + i] ?? 0), value);
  });
  return new Map([
    ["weight", { shape: weight.shape, data: weights }],
    ["bias", { shape: bias.shape, data: biases }],
  ]);
}

function checkExamples({ features, labels, numClasses }: HeadExamples): void {
  if (features.rank !== 2 || features.shape[0] === 0 || features.shape[0] !== labels.length) {
    throw new RangeError(
      `trainLinearProbe: expected features [N, E] and as many labels, got [${features.shape}] and ${labels.length}`,
    );
  }
  const bad = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < numClasses));
  if (bad !== undefined) throw new RangeError(`trainLinearProbe: expected labels in [0, ${numClasses}), got ${bad}`);
}
