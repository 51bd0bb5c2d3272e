import type { NamedGradients } from "../parameters/gradients.ts";
import type { StateDict } from "@qkv/nn";

/** Turns gradients into new values of the parameters that it was made for. */
export interface Optimizer {
  /** The learning rate that a schedule's factor multiplies. */
  readonly learningRate: number;

  /**
   * Updates every parameter that has a gradient. Borrows the gradients.
   *
   * @throws RangeError naming a gradient that is none of its parameters'
   */
  step(gradients: NamedGradients, options?: OptimizerStepOptions): void;

  /** The state to save, to resume as if never stopped. */
  state(): Promise<StateDict>;

  /** Restores a result of `state()`, strictly: every name and shape must be the one expected. */
  load(state: StateDict): void;

  /** Disposes of its state; the parameters are not its own. */
  dispose(): void;
}

/** Options of one step: factors of the learning rate and of the gradients. */
export interface OptimizerStepOptions {
  /** The schedule's factor: multiplies the learning rate. Default 1. */
  readonly factor?: number;
  /** Multiplies every gradient first, as clipping does. Default 1. */
  readonly gradientScale?: number;
}
