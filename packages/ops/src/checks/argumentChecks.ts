import * as tf from "@tensorflow/tfjs-core";
import { describeArgument, isTensor } from "./describeArgument.ts";

// Checks of public entry points, each of a cost that does not depend on the size. An error is
// `<who>: expected <what>, got <what>`.

/** Refuses to run without a started backend. @throws Error naming what to call */
export function checkBackend(who: string): void {
  if (hasBackend()) return;
  throw new Error(
    `${who}: expected a backend to compute with, got none: call \`await initBackend()\` of @qkv/backend first`,
  );
}

/** Whether operations have a backend. One that starts later, as TensorFlow.js's wasm does, is none yet. */
function hasBackend(): boolean {
  const { registryFactory } = tf.engine();
  if (Object.keys(registryFactory).length === 0) return false;
  try {
    return tf.backend() !== null;
  } catch {
    return false;
  }
}

/** The tensor type of a shape in letters: `[B, L]` is a `Tensor2D`. */
export type TensorOf<Shape extends string> = Shape extends `${string}...${string}`
  ? tf.Tensor
  : Shape extends `${string},${string},${string},${string}`
    ? tf.Tensor4D
    : Shape extends `${string},${string},${string}`
      ? tf.Tensor3D
      : Shape extends `${string},${string}`
        ? tf.Tensor2D
        : tf.Tensor1D;

/**
 * Refuses a value that is no live tensor of that rank and dtype, and types it: a result of `tf.*` needs no cast.
 *
 * @param shape in letters: `[B, L]`; `[..., E]` is of any rank
 * @throws RangeError naming what came instead: a promise, an array, a tensor that was disposed
 */
export function checkTensor<Shape extends string>(
  who: string,
  name: string,
  value: tf.Tensor,
  shape: Shape,
  dtype?: tf.DataType,
): asserts value is TensorOf<Shape> {
  const rank = shape.includes("...") ? value?.rank : shape.split(",").length;
  if (!isTensor(value) || value.isDisposed || value.rank !== rank || (dtype !== undefined && value.dtype !== dtype)) {
    const expected = dtype === undefined ? `a tensor ${shape}` : `${dtype} ${shape}`;
    throw new RangeError(`${who}: expected ${name} to be ${expected}, got ${describeArgument(value)}`);
  }
}

/**
 * Refuses a value that is no plain object: a config, options, a model's output.
 *
 * @throws RangeError naming what came instead
 */
export function checkRecord(who: string, name: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null || "then" in value || isTensor(value) || Array.isArray(value)) {
    throw new RangeError(`${who}: expected ${name} to be an object, got ${describeArgument(value)}`);
  }
}

/** Refuses a value that is no array: a single item for a list, a tensor for numbers. @throws RangeError */
export function checkArray(who: string, name: string, value: Iterable<unknown>): void {
  if (typeof value === "string" || typeof value?.[Symbol.iterator] !== "function") {
    throw new RangeError(`${who}: expected ${name} to be an array, got ${describeArgument(value)}`);
  }
}

/** Refuses a value that is no string, for a path or a text. @throws RangeError */
export function checkString(who: string, name: string, value: string): void {
  if (typeof value !== "string") {
    throw new RangeError(`${who}: expected ${name} to be a string, got ${describeArgument(value)}`);
  }
}

/** The names of all options of a type, to detect unknown ones. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses an unknown option, which would be ignored silently, and a signal that is no AbortSignal.
 *
 * @throws RangeError listing the known names, or suggesting the one that is meant
 */
export function checkOptions<Options extends object>(who: string, options: Options, known: OptionNames<Options>): void {
  checkRecord(who, "options", options);
  for (const name in options) {
    if (!Object.hasOwn(known, name) && options[name] !== undefined) {
      const meant = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const expected = Object.hasOwn(known, meant) ? meant : Object.keys(known).join(", ");
      throw new RangeError(`${who}: expected ${expected} as options, got ${name}`);
    }
  }
  const { signal } = options as { readonly signal?: AbortSignal };
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new RangeError(`${who}: expected signal to be an AbortSignal, got ${describeArgument(signal)}`);
  }
}
