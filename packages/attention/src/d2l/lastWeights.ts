import * as tf from "@tensorflow/tfjs-core";

/** Weights that a module keeps for whoever looks after the call: one tensor, replaced by the next. */
export class LastWeights {
  #kept: tf.Tensor3D | undefined;

  get(): tf.Tensor3D | undefined {
    return this.#kept;
  }

  set(weights: tf.Tensor3D): void {
    this.dispose();
    this.#kept = tf.keep(tf.clone(weights)); // outlives the caller's tidy
  }

  dispose(): void {
    this.#kept?.dispose();
    this.#kept = undefined;
  }
}
