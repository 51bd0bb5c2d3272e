import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs `work` and fails if it leaves more or fewer tensors than there were, whether it ends well or throws.
 * Returns the result of `work`; a tensor in it counts as left behind, so dispose of it inside.
 */
export async function expectNoLeaks<T>(work: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const [outcome] = await Promise.allSettled([Promise.resolve().then(work)]);
  const after = tf.memory().numTensors;
  if (after !== before) {
    const [what, options] =
      outcome.status === "rejected"
        ? [`after ${String(outcome.reason)}`, { cause: outcome.reason }]
        : ["when all is done"];
    throw new Error(`expected ${before} tensors ${what}, got ${after}`, options);
  }
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
