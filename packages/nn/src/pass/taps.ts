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
   * @param value owned by the pass: keep a clone of what is needed later
   * @returns the value that the pass continues with: `value`, or another tensor of its shape
   */
  tap(path: string, value: tf.Tensor): tf.Tensor;

  /** Patterns of the wanted paths, so that one that matches nothing in a model is refused. Absent: no check. */
  readonly patterns?: readonly string[];
}
