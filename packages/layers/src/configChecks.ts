// Checks of a layer's configuration. Each error is `<who>: expected <what>, got <what>`.

import { describeArgument } from "@qkv/ops";

/** Options of every layer of TensorFlow.js, and fields of Keras's configurations that change no number. */
const COMMON = [
  ...[
    "name",
    "trainable",
    "dtype",
    "inputShape",
    "batchInputShape",
    "batchSize",
    "inputDType",
    "weights",
    "customObjects",
  ],
  ...["flashAttention", "queryShape", "valueShape", "keyShape", "decoderSequenceShape", "encoderSequenceShape"],
];

/** An unchecked configuration of a layer: from code, or from a saved model. */
export type Config = Readonly<Record<string, unknown>>;

/** Checks that a layer's configuration is an object. @throws TypeError */
export function configOf<Config extends object>(who: string, config: Config): Config {
  if (typeof config === "object" && config !== null && !("then" in config)) return config;
  throw new TypeError(`${who}: expected config to be an object, got ${describeArgument(config)}`);
}

/** Refuses options that a layer does not have, and dtypes that it does not support. @throws TypeError naming it */
export function checkOptions(who: string, config: Config, known: readonly string[], dtypes = ["float32"]): void {
  const unknown = Object.keys(config).find(
    (name) => !known.includes(name) && !COMMON.includes(name) && isSet(config[name]),
  );
  if (unknown !== undefined) throw new TypeError(`${who}: expected options among ${known.join(", ")}, got ${unknown}`);
  const { dtype } = config;
  if (isSet(dtype) && !dtypes.includes(dtype as string)) {
    throw new TypeError(`${who}: expected dtype to be ${dtypes.join(" or ")}, got ${JSON.stringify(dtype)}`);
  }
}

/** Refuses an option of Keras that this layer does not support, unless it has Keras's default. */
export function refuse(who: string, config: Config, name: string, neutral: readonly unknown[] = []): void {
  const value = config[name];
  if (!isSet(value) || neutral.some((other) => JSON.stringify(other) === JSON.stringify(value))) return;
  const expected = neutral.length === 0 ? "none" : JSON.stringify(neutral[0]);
  throw new TypeError(
    `${who}: expected ${name} to be ${expected}, which is all that there is here, got ${JSON.stringify(value)}`,
  );
}

/** Reads an integer of at least 1. @throws RangeError */
export function countOf(who: string, config: Config, name: string, otherwise?: number): number {
  const value = config[name] ?? otherwise;
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new RangeError(`${who}: expected ${name} to be an integer from 1, got ${String(value)}`);
}

/** Reads a rate in [0, 1). @throws RangeError */
export function rateOf(who: string, config: Config, name: string): number {
  const value = config[name] ?? 0;
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new RangeError(`${who}: expected ${name} in [0, 1), got ${String(value)}`);
}

/** Reads a number above 0. @throws RangeError */
export function positiveOf(who: string, config: Config, name: string, otherwise: number): number {
  const value = config[name] ?? otherwise;
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw new RangeError(`${who}: expected ${name} above 0, got ${String(value)}`);
}

/** Reads a boolean. @throws TypeError */
export function switchOf(who: string, config: Config, name: string, otherwise: boolean): boolean {
  const value = config[name] ?? otherwise;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${who}: expected ${name} to be true or false, got ${String(value)}`);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
