import { crossEntropy } from "@qkv/backend";
import { Linear, Params, type StateDict } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { AdamW, exceptNormsAndBiases } from "./adamW.ts";
import type { TrainingEvent } from "./events.ts";
import { linearSchedule } from "./schedules.ts";
import { train } from "./train.ts";
import { readVariables } from "./variables.ts";

/** What a frozen model makes of some examples, and what they are. */
export interface HeadExamples {
  /** [N, E] */
  readonly features: tf.Tensor2D;
  /** The class of each example, in [0, numClasses). */
  readonly labels: ArrayLike<number>;
  readonly numClasses: number;
}

/** How a head is trained. The defaults are for some tens of examples. */
export interface TrainHeadOptions {
  /** Default 200. */
  readonly steps?: number;
  /** The first; it falls to 0 in a straight line. Default 0.02. */
  readonly learningRate?: number;
  /** Keeps a few examples from being learned by heart. Default 0.1. */
  readonly weightDecay?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * A linear classifier on top of a frozen model, trained on all examples at once: fine-tuning for a few pictures, where
 * the model runs but once for each.
 *
 * @returns `weight` [numClasses, E] and `bias` [numClasses]
 * @throws AbortError if the signal said so
 */
export async function trainHead(examples: HeadExamples, options: TrainHeadOptions = {}): Promise<StateDict> {
  const { steps = 200, learningRate = 0.02, weightDecay = 0.1, signal, onEvent } = options;
  checkExamples(examples);
  const { features, labels, numClasses } = examples;
  const params = Params.initialized();
  const head = new Linear(params, features.shape[1], numClasses, { init: (shape) => tf.zeros(shape) });
  const optimizer = new AdamW(params.named(), { learningRate, weightDecay, decays: exceptNormsAndBiases });
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
    return await readVariables(params.named());
  } finally {
    tf.dispose(classes);
    optimizer.dispose();
    params.dispose();
  }
}

function checkExamples({ features, labels, numClasses }: HeadExamples): void {
  if (features.rank !== 2 || features.shape[0] === 0 || features.shape[0] !== labels.length) {
    throw new RangeError(
      `trainHead: expected features [N, E] and as many labels, got [${features.shape}] and ${labels.length}`,
    );
  }
  const bad = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < numClasses));
  if (bad !== undefined) throw new RangeError(`trainHead: expected labels in [0, ${numClasses}), got ${bad}`);
}
