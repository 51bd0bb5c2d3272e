import * as tf from "@tensorflow/tfjs-core";
import { checkBackend } from "@qkv/ops";
import { hashString } from "./randomStream.ts";

/** Creates the initial value of a parameter; the same seed gives the same value. */
export type Initializer = (shape: number[], seed: number) => tf.Tensor;

// Declared here too, as @types/node does, so that the types of all packages that depend on this one hold on lib es2022.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
}

/** Provides the value of a parameter by its full dotted name. The value is copied into a variable, then disposed of. */
export type ParamSource = (name: string, shape: number[], init: Initializer) => tf.Tensor;

/**
 * A scope of named parameters, and the owner of every variable it hands out.
 *
 * Modules are built from a scope and only borrow its variables. A parameter's name is the path to the field that holds
 * it, so `model.layers[0].selfAttn.qProj.weight` is `layers.0.selfAttn.qProj.weight`.
 */
export class Params {
  readonly #source: ParamSource;
  readonly #owned: Map<string, tf.Variable>;
  readonly #prefix: string;
  #disposed = false;

  private constructor(source: ParamSource, owned: Map<string, tf.Variable>, prefix: string) {
    this.#source = source;
    this.#owned = owned;
    this.#prefix = prefix;
  }

  /** Creates parameters whose values come from `source`, a checkpoint for example. */
  static from(source: ParamSource): Params {
    return new Params(source, new Map(), "");
  }

  /** Creates parameters with values of their initializers. A value depends on `seed` and its name, not on the order. */
  static initialized(seed = 0): Params {
    return Params.from((name, shape, init) => init(shape, hashString(name, seed)));
  }

  /** The scope one step down: `params.at("layers", 0)` is to parameters what `cd` is to files. */
  at(...path: (string | number)[]): Params {
    return new Params(this.#source, this.#owned, `${this.#prefix}${path.join(".")}.`);
  }

  /**
   * The trainable parameter called `name` in this scope. Asking twice gives the same variable.
   *
   * @throws ParamShapeError if the source gives another shape
   */
  get<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer = zeros): tf.Variable<R> {
    return this.#variable(name, shape, init, true);
  }

  /** A value that is saved with the parameters and not trained. */
  buffer<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer = zeros): tf.Variable<R> {
    return this.#variable(name, shape, init, false);
  }

  /** Every variable under this scope, by full name, in the order the modules requested them. */
  named(): ReadonlyMap<string, tf.Variable> {
    return new Map([...this.#owned].filter(([path]) => path.startsWith(this.#prefix)));
  }

  /** Disposes of every variable under this scope: modules that borrowed them can no longer be run. */
  dispose(): void {
    this.#disposed = true;
    for (const [path, variable] of this.named()) {
      variable.dispose();
      this.#owned.delete(path);
    }
  }

  /** Refuses to run a model whose parameters were disposed of. @throws Error */
  checkInUse(who: string): void {
    if (this.#disposed) throw new Error(`${who}: expected a model in use, got one that was disposed`);
  }

  #variable<R extends tf.Rank>(
    name: string,
    shape: tf.ShapeMap[R],
    init: Initializer,
    trainable: boolean,
  ): tf.Variable<R> {
    const path = this.#prefix + name;
    let variable = this.#owned.get(path);
    if (variable === undefined) {
      checkBackend("Params");
      checkShape(path, shape);
      const value = this.#source(path, shape, init);
      if (!tf.util.arraysEqual(value.shape, shape)) {
        const error = new ParamShapeError(path, shape, value.shape);
        value.dispose();
        throw error;
      }
      variable = tf.variable(value, trainable); // outlives any tidy around the constructor
      value.dispose();
      this.#owned.set(path, variable);
    }
    if (!tf.util.arraysEqual(variable.shape, shape)) throw new ParamShapeError(path, shape, variable.shape);
    return variable as tf.Variable<R>;
  }
}

/** Refuses a shape that no tensor can have, such as one whose size an option left undefined. */
function checkShape(path: string, shape: readonly number[]): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  const sizes = shape.map((size) => (typeof size === "string" ? JSON.stringify(size) : String(size)));
  throw new RangeError(`${path}: expected sizes that are integers from 0, got [${sizes.join(", ")}]`);
}

function zeros(shape: number[]): tf.Tensor {
  return tf.zeros(shape);
}

/** The error of a parameter value whose shape is not the one its module requested. */
export class ParamShapeError extends Error {
  override readonly name = "ParamShapeError";
  constructor(path: string, expected: readonly number[], actual: readonly number[]) {
    super(`${path}: expected shape [${expected}], got [${actual}]`);
  }
}
