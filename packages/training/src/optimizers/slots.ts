import type { StateDict } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedVariables } from "../parameters/gradients.ts";
import { assignVariables, readVariables } from "../parameters/variables.ts";

/** The tensors that an optimizer keeps for its parameters: several a parameter, each in a slot of its own, zeros at first. */
export class Slots {
  readonly #shapes: Readonly<Record<string, (shape: readonly number[]) => number[] | undefined>>;
  readonly #variables = new Map<string, tf.Variable>();

  /** @param shapes by slot: from the parameter's shape that of its tensor, undefined if it has none */
  constructor(shapes: Readonly<Record<string, (shape: readonly number[]) => number[] | undefined>>) {
    this.#shapes = shapes;
  }

  /** The tensor of a parameter in a slot, made at the first call. */
  of(slot: string, name: string, param: tf.Tensor): tf.Variable {
    const key = `${slot}.${name}`;
    const known = this.#variables.get(key);
    if (known !== undefined) return known;
    const shape = this.#shapes[slot]?.(param.shape);
    if (shape === undefined) throw new RangeError(`expected a slot of ${name}, got ${slot}`);
    const zeros = tf.zeros(shape);
    const variable = tf.variable(zeros, false); // outlives the tidy of a step
    zeros.dispose();
    this.#variables.set(key, variable);
    return variable;
  }

  /** `SLOT.NAME` for each tensor. */
  state(): Promise<StateDict> {
    return readVariables(this.#variables);
  }

  /**
   * Takes the tensors of a state, those of parameters that have any of their slots in it.
   *
   * @throws RangeError naming what is missing, unknown or of another shape
   */
  load(who: string, params: NamedVariables, state: StateDict): void {
    this.dispose();
    for (const [name, param] of params) {
      const slots = Object.keys(this.#shapes).filter((slot) => this.#shapes[slot]?.(param.shape) !== undefined);
      if (!slots.some((slot) => state.has(`${slot}.${name}`))) continue;
      for (const slot of slots) this.of(slot, name, param);
    }
    assignVariables(who, this.#variables, state);
  }

  /** Disposes of all tensors. */
  dispose(): void {
    tf.dispose([...this.#variables.values()]);
    this.#variables.clear();
  }
}
