import * as tf from "@tensorflow/tfjs-core";
import { checkRecord } from "../checks/argumentChecks.ts";
import { isAskedFor } from "./askedVariables.ts";
import { toBeRecomputed } from "./isRecomputed.ts";
import { releaseTape, type TapeNode } from "./releaseTape.ts";

/** Tensors by name, of which some may be absent. */
export type RecomputedInputs = Readonly<Record<string, tf.Tensor | undefined>>;

/**
 * Computes `f(inputs)`, and computes it again in the backward pass: of the way nothing is held but the inputs. The gradients are the
 * same numbers, for a third more work (arXiv:1604.06174; PyTorch's `torch.utils.checkpoint`). Without gradients it is `f` alone.
 *
 * @param inputs every tensor that `f` reads, but for variables and what outlives the backward pass
 * @param f gives the same result each time; whatever it draws at random, it has to draw again when `isAgain` says so
 * @returns what `f` gives
 */
export function recomputed<I extends RecomputedInputs, T extends tf.Tensor>(
  inputs: I,
  f: (inputs: I, isAgain: boolean) => T,
): T {
  checkRecord("recomputed", "inputs", inputs);
  if (tf.engine().state.gradientDepth !== 1) return f(inputs, false); // deeper, a gradient has gradients itself
  const present = Object.entries(inputs).filter((entry): entry is [string, tf.Tensor] => entry[1] !== undefined);
  const isFloat = ([, tensor]: [string, tf.Tensor]) => tensor.dtype === "float32";
  const names = [...present.filter(isFloat), ...present.filter((entry) => !isFloat(entry))].map(([name]) => name);
  const floats = present.filter(isFloat).map(([, tensor]) => tensor);
  return tf.tidy(() => {
    const [result, tape] = recordedApart(() => f(inputs, false));
    for (const { saved } of tape) tf.dispose(saved);
    const variables = askedVariables(tape);
    const withGradient = tf.customGrad((...args) => {
      const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
      save(names.map((name) => inputs[name] as tf.Tensor));
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const again = Object.fromEntries(names.map((name, i) => [name, saved[i]])) as unknown as I;
        return gradientsOf(() => f(again, true), [...saved.slice(0, floats.length), ...variables], dy as T);
      };
      return { value: result, gradFunc };
    });
    return withGradient(...floats, ...variables) as T;
  });
}

/** Runs `f` on a tape of its own. */
function recordedApart<T>(f: () => T): [T, TapeNode[]] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  state.activeTape = [];
  try {
    return [toBeRecomputed(f), state.activeTape];
  } catch (error) {
    for (const { saved } of state.activeTape) tf.dispose(saved);
    throw error;
  } finally {
    state.activeTape = outer;
  }
}

/** The variables of a tape whose gradients are wanted. */
function askedVariables(tape: readonly TapeNode[]): tf.Variable[] {
  const read = new Set(tape.flatMap(({ inputs }) => Object.values(inputs)));
  return [...read].filter((tensor): tensor is tf.Variable => tensor instanceof tf.Variable && isAskedFor(tensor));
}

/** The gradients of `f` in the middle of another backward pass. What it does not depend on has zeros. */
function gradientsOf(f: () => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const engine = tf.engine();
  const { state } = engine;
  const outer = state.activeTape;
  try {
    const forward = () => {
      const value = f();
      if (state.gradientDepth === 1) releaseTape(state.activeTape ?? []);
      return value;
    };
    const { value, grads } = engine.gradients(forward, xs, dy, true);
    value.dispose();
    return grads.map((gradient, i) => (gradient as tf.Tensor | undefined) ?? tf.zerosLike(xs[i] as tf.Tensor));
  } catch (error) {
    for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
    throw error;
  } finally {
    state.activeTape = outer;
  }
}
