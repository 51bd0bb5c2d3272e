import type * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../randomStream.ts";
import type { Taps } from "./taps.ts";

/** Randomness and taps of a forward pass. */
export interface PassOptions {
  /** The stream that dropout draws its masks from: given while training, and then only. */
  readonly random?: RandomStream | undefined;
  /** Reads activations, and may replace them. */
  readonly taps?: Taps | undefined;
}

/**
 * What a forward pass carries from module to module: randomness, taps, and the path of the module that runs.
 *
 * It is handed down and never global: two passes that interleave do not hear each other.
 */
export class Pass implements PassOptions {
  /** A pass without randomness or taps. */
  static readonly plain = new Pass();

  readonly random: RandomStream | undefined;
  readonly taps: Taps | undefined;
  readonly #path: string;

  constructor({ random, taps }: PassOptions = {}, path = "") {
    this.random = random;
    this.taps = taps;
    this.#path = path;
  }

  /** The pass as a module one step down takes it: `pass.at("layers", 0)`. */
  at(...steps: readonly (string | number)[]): Pass {
    return this.taps === undefined ? this : new Pass(this, this.#pathOf(steps.join(".")));
  }

  /** Hands an activation to the taps. @returns the value to go on with */
  tap<T extends tf.Tensor>(name: string, value: T): T {
    if (this.taps === undefined) return value;
    const path = this.#pathOf(name);
    const next = this.taps.tap(path, value);
    if (!sameShape(next.shape, value.shape)) {
      throw new RangeError(`${path}: expected a tensor [${value.shape}] in its place, got [${next.shape}]`);
    }
    return next as T;
  }

  /** Hands on the output of the module that runs, under the module's own path. */
  output<T extends tf.Tensor>(value: T): T {
    return this.#path === "" ? value : new Pass(this).tap(this.#path, value);
  }

  /** Whether one of these activations of the module that runs is wanted. */
  wants(...names: readonly string[]): boolean {
    const { taps } = this;
    return taps !== undefined && names.some((name) => taps.wants(this.#pathOf(name)));
  }

  /** Whether one kernel may run the whole module: nothing is random, and nothing inside it is wanted. */
  get mayFuse(): boolean {
    return this.random === undefined && !this.taps?.wantsInside(this.#path);
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
