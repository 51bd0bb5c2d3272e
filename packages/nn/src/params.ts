import * as tf from "@tensorflow/tfjs-core";
import { checkBackend, type PackedTensor, type Weight, type WeightFormat, type WeightKind } from "@qkv/ops";
import { type Initializer, ones, zeros } from "./initializers.ts";
import { hashString } from "./randomStream.ts";

export type { Initializer };

// Declared here too, as @types/node does, so that the types of all packages that depend on this one hold on lib es2022.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
}

/**
 * Provides the value of a parameter by its full dotted name: numbers, or of a matrix or a table packed words. It is copied
 * into a variable, then disposed of.
 */
export type ParamSource = (
  name: string,
  shape: number[],
  init: Initializer,
  kind: WeightKind,
) => tf.Tensor | PackedTensor;

/**
 * A scope of named parameters, and the owner of every variable it hands out.
 *
 * Modules are built from a scope and only borrow its parameters. A parameter's name is the path to the field that holds
 * it, so `model.layers[0].selfAttn.qProj.weight` is `layers.0.selfAttn.qProj.weight`. Each is requested by its kind, and
 * asking twice gives the same. Matrices and tables are handed out as a `Weight`, which may have an adapter; the small
 * parameters are variables.
 */
export class Params {
  readonly #source: ParamSource;
  readonly #owned: Map<string, Weight>;
  readonly #prefix: string;
  #disposed = false;

  private constructor(source: ParamSource, owned: Map<string, Weight>, prefix: string) {
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
   * The weight of a linear map or a convolution, outputs first.
   *
   * @throws ParamShapeError if the source gives another shape
   */
  matrix<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer): Weight<R> {
    return this.#weight("matrix", name, shape, init);
  }

  /** A table of learned vectors: of tokens, of positions, or one that is itself an input. */
  embedding<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer): Weight<R> {
    return this.#weight("embedding", name, shape, init);
  }

  /** The weight of a norm, ones at first. */
  norm<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer = ones): tf.Variable<R> {
    return this.#variable("norm", name, shape, init);
  }

  /** What is added to an output or a score, zeros at first. */
  bias<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer = zeros): tf.Variable<R> {
    return this.#variable("bias", name, shape, init);
  }

  /** A learned factor that is no norm's, such as a width or a gate. */
  scale<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer): tf.Variable<R> {
    return this.#variable("scale", name, shape, init);
  }

  /** A value that is saved with the parameters and not trained. */
  buffer<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], init: Initializer = zeros): tf.Variable<R> {
    return this.#variable("buffer", name, shape, init);
  }

  /**
   * Every variable under this scope, or those of some kinds, by full name, in the order the modules requested them: what an
   * optimizer trains.
   *
   * @throws RangeError if one of them is packed: it has no gradient, and nothing else would train in its place
   */
  named(...kinds: readonly WeightKind[]): ReadonlyMap<string, tf.Variable> {
    const chosen = [...this.weights()].filter(([, { kind }]) => kinds.length === 0 || kinds.includes(kind));
    const [path] = chosen.find(([, { format }]) => format !== "f32") ?? [];
    if (path !== undefined) {
      throw new RangeError(
        `Params.named: expected float32 weights, got ${path}, which is packed: ` +
          `load the model with { dtype: "float32" }, or train an adapter (addLora)`,
      );
    }
    return new Map(chosen.map(([path, { parts }]) => [path, parts.data as tf.Variable]));
  }

  /** The kind of every parameter under this scope, by full name. */
  kinds(): ReadonlyMap<string, WeightKind> {
    return new Map([...this.weights()].map(([path, { kind }]) => [path, kind]));
  }

  /** Every parameter under this scope with its kind, format and adapter, by full name. */
  weights(): ReadonlyMap<string, Weight> {
    return new Map([...this.#owned].filter(([path]) => path.startsWith(this.#prefix)));
  }

  /**
   * Puts packed words in the place of a matrix's or a table's numbers, for every module that borrowed it. It does not train
   * from then on.
   *
   * @param path full name, as {@link Params.weights} has it
   * @param packed words of its shape, copied into a variable and then disposed of, whatever comes of it
   * @throws RangeError if there is no matrix or table of this name and shape under this scope, or it has an adapter
   */
  pack(path: string, packed: PackedTensor): void {
    const { data, format, shape } = packed;
    try {
      const weight = this.weights().get(path);
      if (weight === undefined || (weight.kind !== "matrix" && weight.kind !== "embedding")) {
        throw new RangeError(
          `Params.pack: expected the name of a matrix or a table, got ${weight === undefined ? "" : `${weight.kind} `}${path}`,
        );
      }
      if (!tf.util.arraysEqual([...shape], weight.shape)) throw new ParamShapeError(path, weight.shape, shape);
      if (weight.adapter !== undefined) {
        throw new RangeError(`Params.pack: expected a weight without an adapter, got one of ${path}`);
      }
      const { parts } = weight;
      const owned = weight as { -readonly [Key in keyof Weight]: Weight[Key] };
      owned.parts = { data: tf.variable<tf.Rank>(data, false) };
      owned.format = format;
      parts.data.dispose();
    } finally {
      data.dispose();
    }
  }

  /** Disposes of every variable under this scope: modules that borrowed them can no longer be run. */
  dispose(): void {
    this.#disposed = true;
    for (const [path, { parts }] of this.weights()) {
      parts.data.dispose();
      this.#owned.delete(path);
    }
  }

  /** Refuses to run a model whose parameters were disposed of. @throws Error */
  checkInUse(who: string): void {
    if (this.#disposed) throw new Error(`${who}: expected a model in use, got one that was disposed`);
  }

  #variable<R extends tf.Rank>(
    kind: WeightKind,
    name: string,
    shape: tf.ShapeMap[R],
    init: Initializer,
  ): tf.Variable<R> {
    return this.#weight(kind, name, shape, init).parts.data as tf.Variable<R>;
  }

  #weight<R extends tf.Rank>(kind: WeightKind, name: string, shape: tf.ShapeMap[R], init: Initializer): Weight<R> {
    const path = this.#prefix + name;
    let weight = this.#owned.get(path);
    if (weight === undefined) {
      const { format, data } = this.#create(kind, path, shape, init);
      weight = { shape, kind, format, parts: { data }, adapter: undefined };
      this.#owned.set(path, weight);
    }
    if (weight.kind !== kind) throw new RangeError(`${path}: expected the kind ${weight.kind} again, got ${kind}`);
    if (!tf.util.arraysEqual(weight.shape, shape)) throw new ParamShapeError(path, shape, weight.shape);
    return weight as Weight<R>;
  }

  #create(
    kind: WeightKind,
    path: string,
    shape: number[],
    init: Initializer,
  ): { readonly format: WeightFormat; readonly data: tf.Variable } {
    checkBackend("Params");
    checkShape(path, shape);
    const value = this.#source(path, shape, init, kind);
    const { format, data } = "format" in value ? value : ({ format: "f32", data: value } as const);
    try {
      if (!tf.util.arraysEqual([...value.shape], shape)) throw new ParamShapeError(path, shape, value.shape);
      const isTrained = format === "f32" && kind !== "buffer";
      return { format, data: tf.variable<tf.Rank>(data, isTrained) }; // outlives any tidy around the constructor
    } finally {
      data.dispose();
    }
  }
}

/** Refuses a shape that no tensor can have, such as one whose size an option left undefined. */
function checkShape(path: string, shape: readonly number[]): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  const sizes = shape.map((size) => (typeof size === "string" ? JSON.stringify(size) : String(size)));
  throw new RangeError(`${path}: expected sizes that are integers from 0, got [${sizes.join(", ")}]`);
}

/** The error of a parameter value whose shape is not the one its module requested. */
export class ParamShapeError extends Error {
  override readonly name = "ParamShapeError";
  constructor(path: string, expected: readonly number[], actual: readonly number[]) {
    super(`${path}: expected shape [${expected}], got [${actual}]`);
  }
}
