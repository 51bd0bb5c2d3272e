import { checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { StateDict, StateEntry } from "@qkv/nn";
import type { NamedVariables } from "./gradients.ts";

/** Copies the values of variables, by the same names. */
export async function readVariables(variables: NamedVariables): Promise<StateDict> {
  checkRecord("readVariables", "variables", variables);
  const state = new Map<string, StateEntry>();
  for (const [name, variable] of variables) {
    const data = await variable.data<"float32">();
    state.set(name, { shape: variable.shape, data: data.slice() }); // a copy: the next step may reuse the memory
  }
  return state;
}

/**
 * Assigns the values of `state` to variables, strictly: the same names, each of the same shape, or nothing is changed.
 *
 * @param who prefix of error messages
 * @throws RangeError naming what is missing, unknown or of another shape
 */
export function assignVariables(who: string, variables: NamedVariables, state: StateDict): void {
  checkRecord(who, "variables", variables);
  const missing = [...variables.keys()].filter((name) => !state.has(name));
  const unknown = [...state.keys()].filter((name) => !variables.has(name));
  if (missing.length + unknown.length > 0) {
    const lists = [
      missing.length > 0 ? `missing ${missing.join(", ")}` : "",
      unknown.length > 0 ? `unknown ${unknown.join(", ")}` : "",
    ];
    throw new RangeError(`${who}: expected the same names, got ${lists.filter(Boolean).join(" and ")}`);
  }
  for (const [name, { shape }] of state) {
    const expected = variables.get(name)?.shape ?? [];
    if (!tf.util.arraysEqual(expected, [...shape])) {
      throw new RangeError(`${who}: ${name}: expected shape [${expected}], got [${shape}]`);
    }
  }
  for (const [name, { shape, data }] of state) {
    const value = tf.tensor(data.slice(), [...shape], "float32"); // a copy: the cpu backend would keep the caller's array
    variables.get(name)?.assign(value);
    value.dispose();
  }
}
