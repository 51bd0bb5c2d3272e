import type * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../randomStream.ts";
import type { Taps } from "./taps.ts";

/** Randomness and taps of a forward pass. */
export interface PassOptions {
  /** The random stream that dropout draws its masks from: given in training only. */
  readonly random?: RandomStream | undefined;
  /** Taps that read activations, and may replace them. */
  readonly taps?: Taps | undefined;
  /**
   * Whether the backward pass computes each layer of a stack again, in place of holding its activations: memory for one layer at a
   * time, for a third more work. The numbers are the same. With taps nothing is recomputed. Default false.
   */
  readonly recompute?: boolean | undefined;
}

/**
 * The context of a forward pass, handed from module to module: randomness, taps, and the path of the running module.
 *
 * It is never global: two interleaved passes do not affect each other.
 */
export class Pass implements PassOptions {
  /** A pass without randomness or taps. */
  static readonly plain = new Pass();

  readonly random: RandomStream | undefined;
  readonly taps: Taps | undefined;
  readonly recompute: boolean;
  readonly #path: string;

  constructor({ random, taps, recompute = false }: PassOptions = {}, path = "") {
    this.random = random;
    this.taps = taps;
    this.recompute = recompute;
    this.#path = path;
  }

  /** The pass for a module one step down: `pass.at("layers", 0)`. */
  at(...steps: readonly (string | number)[]): Pass {
    return this.taps === undefined ? this : new Pass(this, this.#pathOf(steps.join(".")));
  }

  /** The pass that draws from another stream. */
  drawingFrom(random: RandomStream | undefined): Pass {
    return new Pass({ ...this, random }, this.#path);
  }

  /** Hands an activation to the taps. @returns the value to continue with */
  tap<T extends tf.Tensor>(name: string, value: T): T {
    if (this.taps === undefined) return value;
    const path = this.#pathOf(name);
    const next = this.taps.tap(path, value);
    if (!sameShape(next.shape, value.shape)) {
      throw new RangeError(`${path}: expected a tensor [${value.shape}] in its place, got [${next.shape}]`);
    }
    return next as T;
  }

  /** Hands the output of the running module to the taps, under the module's own path. */
  output<T extends tf.Tensor>(value: T): T {
    return this.#path === "" ? value : new Pass(this).tap(this.#path, value);
  }

  /** Whether the taps want one of these activations of the running module. */
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
