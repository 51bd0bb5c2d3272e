import type * as tf from "@tensorflow/tfjs-core";
import type { Params } from "./params.ts";

/** The error of a model that outputs NaN or infinity: its weights are damaged, or its numbers grew beyond float32. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";
}

/**
 * Creates the error of a model whose output is not finite, naming the first activation that is not, and the weight that
 * is the cause, if one is.
 *
 * @param activations by the name of the module that made them, in the order they were computed in
 */
export async function nonFiniteError(
  params: Pick<Params, "weights">,
  activations: readonly (readonly [name: string, activation: tf.Tensor])[],
): Promise<NonFiniteError> {
  const first = await firstNonFinite(activations);
  const weights = [...params.weights()].filter(([, { format }]) => format === "f32"); // the others were checked when packed
  const weight = await firstNonFinite(weights.map(([path, { parts }]) => [path, parts.data]));
  const where = first === undefined ? "in its answer" : `first in the activation of ${first[0]}`;
  const why =
    weight === undefined
      ? "all weights are finite: the numbers grew beyond float32, or the input did"
      : `the weight ${weight[0]} holds ${weight[1]}`;
  return new NonFiniteError(
    `expected finite numbers of the model, got ${(first ?? weight)?.[1] ?? NaN} ${where}; ${why}`,
  );
}

async function firstNonFinite(
  tensors: readonly (readonly [name: string, tensor: tf.Tensor])[],
): Promise<readonly [name: string, value: number] | undefined> {
  for (const [name, tensor] of tensors) {
    const value = ((await tensor.data()) as Float32Array).find((each) => !Number.isFinite(each));
    if (value !== undefined) return [name, value];
  }
  return undefined;
}
