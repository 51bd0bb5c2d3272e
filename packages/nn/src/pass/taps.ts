import type * as tf from "@tensorflow/tfjs-core";

/**
 * A listener to the activations of a forward pass, each by its path: the path of the module that gave it,
 * `decoder.layers.3`, or a name inside that module, `decoder.layers.3.crossAttn.probabilities`.
 */
export interface Taps {
  /** Whether the activation with this path is wanted. */
  wants(path: string): boolean;

  /** Whether any activation inside a module is wanted; `""` is the whole model. Where none is, one kernel may run the module. */
  wantsInside(module: string): boolean;

  /**
   * Reads an activation, and may replace it.
   *
   * @param value still the pass's: keep a clone of what is needed later
   * @returns what the pass goes on with: `value`, or another tensor of its shape
   */
  tap(path: string, value: tf.Tensor): tf.Tensor;

  /** What it listens for, so that a path which a model does not have is refused. Absent: no check. */
  readonly patterns?: readonly string[];
}
