import * as tf from "@tensorflow/tfjs-core";
import { layers, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { hasMask, keptMask } from "./impliedMask.ts";
import { PaddingMask } from "./paddingMask.ts";
import type { AddVariable } from "./projectionSettings.ts";

/** The signature of a layer's call, as of Keras's `call`. */
export interface CallSignature {
  /** Names of the positional tensors: `["query", "value", "key"]`. */
  readonly inputs: readonly string[];
  /** The number of required ones. */
  readonly required: number;
  /** Names of tensors given by name. */
  readonly tensors: readonly string[];
  /** Types of booleans and integers given by name. */
  readonly values: Readonly<Record<string, "boolean" | "integer">>;
  /** The named tensor for the mask that an input carries, by the input's place. */
  readonly implied: Readonly<Record<number, string>>;
}

/** The arguments of a call, by kind. */
export interface Call {
  readonly inputs: readonly tf.Tensor[];
  readonly tensors: Readonly<Record<string, tf.Tensor | undefined>>;
  readonly values: Readonly<Record<string, boolean | number | undefined>>;
  /** The mask that came with an input of this place, as an embedding with `maskZero` makes it: [B, L]. */
  readonly carried: (place: number) => tf.Tensor | undefined;
  readonly training: boolean;
}

type NamedArguments = Readonly<Record<string, unknown>>;

/** A layer's arguments in the graph of a model: TensorFlow.js runs it without those it was applied with. */
interface InGraph {
  readonly values: Readonly<Record<string, boolean | number>>;
  /** The names of the last inputs, and the number of all; 0 if none has a name. */
  readonly inputNames: readonly string[];
  readonly count: number;
  readonly firstIsMasked: boolean;
}

/**
 * A layer of `tf.layers` that is called as Keras's is: `apply([query, value], { attentionMask, useCausalMask: true })`.
 *
 * In a model's graph a layer gets tensors only from its inputs, and of masks that of the first. So tensors that are given
 * by name become further inputs, with a mask that another input carries; values are stored until the model runs.
 */
export abstract class CallableLayer extends layers.Layer {
  /** @internal */
  protected abstract readonly signature: CallSignature;
  #inGraph: InGraph | undefined;

  /** Makes a variable of the layer. @internal */
  protected readonly addVariable: AddVariable = (name, shape, { initializer, regularizer, constraint }) =>
    this.addWeight(name, shape, "float32", initializer, regularizer, true, constraint);

  /** Computes the layer for tensors, inside a tidy. @internal */
  protected abstract compute(call: Call): tf.Tensor | tf.Tensor[];

  /**
   * @param inputs a tensor, or a list of them
   * @param kwargs the call's other arguments by name
   * @throws TypeError if an argument is unknown; RangeError if one is invalid
   */
  override apply(
    inputs: Parameters<layers.Layer["apply"]>[0],
    kwargs: Readonly<Record<string, unknown>> = {},
  ): ReturnType<layers.Layer["apply"]> {
    const named = present(kwargs);
    this.#checkNames(named);
    const [first] = [inputs].flat();
    return first instanceof SymbolicTensor
      ? this.#applyInGraph([inputs].flat() as SymbolicTensor[], named)
      : super.apply(inputs, named);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Readonly<Record<string, unknown>>): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.compute(this.#sort([inputs].flat(), present(kwargs)));
    });
  }

  /** The positional shapes or tensors, without those given by name. @internal */
  protected inARow<T>(all: readonly T[]): readonly T[] {
    const { inputNames = [], count = 0 } = this.#inGraph ?? {};
    return all.length === count ? all.slice(0, count - inputNames.length) : all;
  }

  /** A value that the layer was applied with in a graph. @internal */
  protected valueInGraph(name: string): boolean | number | undefined {
    return this.#inGraph?.values[name];
  }

  #checkNames(named: NamedArguments): void {
    const { tensors, values } = this.signature;
    const known = [...tensors, ...Object.keys(values)];
    const unknown = Object.keys(named).find((name) => ![...known, "training", "mask", "inputNames"].includes(name));
    if (unknown !== undefined) {
      throw new TypeError(
        `${this.getClassName()}: expected arguments of a call among ${known.join(", ")}, got ${unknown}`,
      );
    }
    for (const [name, kind] of Object.entries(values)) {
      const value = named[name];
      const fits = kind === "boolean" ? typeof value === "boolean" : Number.isSafeInteger(value);
      if (value !== undefined && !fits) {
        const expected = kind === "boolean" ? "true or false" : "an integer";
        throw new TypeError(`${this.getClassName()}: expected ${name} to be ${expected}, got ${String(value)}`);
      }
    }
  }

  #applyInGraph(inputs: readonly SymbolicTensor[], named: NamedArguments): ReturnType<layers.Layer["apply"]> {
    const { tensors, values } = this.signature;
    for (const name of ["training", "mask"].filter((name) => name in named)) {
      throw new TypeError(`${this.getClassName()}: expected ${name} to come from the model when it runs, got it here`);
    }
    const loaded = named["inputNames"] as readonly string[] | undefined; // a saved model has them
    const given = tensors.flatMap((name) =>
      name in named ? [[name, this.#symbolic(name, named[name])] as const] : [],
    );
    const extra = loaded === undefined ? [...given, ...this.#implied(inputs, named)] : [];
    const inputNames = loaded ?? extra.map(([name]) => name);
    const inGraph = {
      inputNames,
      count: inputNames.length === 0 ? 0 : inputs.length + extra.length,
      values: Object.fromEntries(Object.keys(values).flatMap((name) => (name in named ? [[name, named[name]]] : []))),
      firstIsMasked: inputs[0] !== undefined && hasMask(inputs[0]),
    } as InGraph;
    this.#keep(inGraph);
    const all = [...inputs, ...extra.map(([, tensor]) => tensor)];
    const said = { ...inGraph.values, ...(inputNames.length > 0 && { inputNames }) };
    return super.apply(all.length === 1 && all[0] !== undefined ? all[0] : all, said);
  }

  #symbolic(name: string, value: unknown): SymbolicTensor {
    if (value instanceof SymbolicTensor) return value;
    throw new TypeError(
      `${this.getClassName()}: expected ${name} to be symbolic as the inputs are, such as a tf.input, got ${typeof value}`,
    );
  }

  /** The masks that inputs after the first carry, each as a tensor of the graph. */
  #implied(inputs: readonly SymbolicTensor[], named: NamedArguments): (readonly [string, SymbolicTensor])[] {
    return Object.entries(this.signature.implied).flatMap(([place, name]) => {
      const input = inputs[Number(place)];
      const isOther = Number(place) > 0 && input !== undefined && input !== inputs[0] && !(name in named);
      return isOther && hasMask(input) ? [[name, new PaddingMask().apply(input) as SymbolicTensor] as const] : [];
    });
  }

  #keep(inGraph: InGraph): void {
    const [before, now] = [this.#inGraph, inGraph].map((each) => JSON.stringify(each));
    if (before !== undefined && before !== now) {
      throw new Error(
        `${this.getClassName()}: expected a layer that stands in a model twice to be called alike, got ${before} and ${now}; make two layers`,
      );
    }
    this.#inGraph = inGraph;
  }

  #sort(all: readonly tf.Tensor[], { mask, training, ...named }: NamedArguments): Call {
    const { inputs: names, required, tensors, values } = this.signature;
    const inputs = this.inARow(all);
    if (inputs.length < required || inputs.length > names.length) {
      const expected = required === names.length ? names.join(", ") : `${names.join(", ")} (${required} at least)`;
      throw new RangeError(`${this.getClassName()}: expected ${expected}, got ${inputs.length} tensors`);
    }
    const further = all.slice(inputs.length).map((tensor, i) => [this.#inGraph?.inputNames[i] ?? "", tensor] as const);
    const given = tensors.flatMap((name) => (name in named ? [[name, named[name] as tf.Tensor] as const] : []));
    // A model passes on its last mask, also to layers whose input has none.
    const first = this.#inGraph?.firstIsMasked === false ? undefined : (mask as tf.Tensor | undefined);
    const kept = Object.fromEntries(Object.keys(values).map((name) => [name, named[name] ?? this.valueInGraph(name)]));
    return {
      inputs,
      tensors: Object.fromEntries([...further, ...given]),
      values: kept as Call["values"],
      carried: (place) => {
        const input = inputs[place];
        return input === undefined ? undefined : ((input === inputs[0] ? first : undefined) ?? keptMask(input));
      },
      training: training === true,
    };
  }
}

/** The arguments that are given: a saved model has null for the others. */
function present(named: NamedArguments): NamedArguments {
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined && value !== null));
}
