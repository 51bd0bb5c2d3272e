import * as tf from "@tensorflow/tfjs-core";
import { checkArray, checkRecord, describeArgument } from "@qkv/ops";
import { leadsInto, matchesPath } from "./pathPattern.ts";
import type { Taps } from "./taps.ts";

/** Gives what a pass goes on with in place of an activation. The value is the pass's; the result is too. */
export type Patch = (value: tf.Tensor, path: string) => tf.Tensor;

/**
 * Records activations of the passes that it is handed to, and patches them. In patterns `*` stands for one step of a path,
 * `**` for one or more: `decoder.layers.*.crossAttn.probabilities`. What is recorded is what the pass goes on with.
 *
 * It owns the tensors that it records: dispose of it.
 */
export class Recorder implements Taps {
  readonly patterns: readonly string[];
  readonly #record: readonly string[];
  readonly #patches: readonly (readonly [pattern: string, patch: Patch])[];
  readonly #recorded = new Map<string, tf.Tensor[]>();
  readonly #wanted = new Map<string, boolean>();

  /**
   * @param record patterns of what is recorded
   * @param patches by pattern, applied in their order
   */
  constructor(record: readonly string[] = [], patches: Readonly<Record<string, Patch>> = {}) {
    checkArray("Recorder", "record", record);
    checkRecord("Recorder", "patches", patches);
    this.#record = [...record];
    this.#patches = Object.entries(patches);
    this.patterns = [...this.#record, ...this.#patches.map(([pattern]) => pattern)];
    for (const pattern of this.patterns) checkPattern(pattern);
  }

  wants(path: string): boolean {
    return this.#remember(path, () => this.patterns.some((pattern) => matchesPath(pattern, path)));
  }

  wantsInside(module: string): boolean {
    return this.#remember(`${module}.`, () => this.patterns.some((pattern) => leadsInto(pattern, module)));
  }

  tap(path: string, value: tf.Tensor): tf.Tensor {
    if (!this.wants(path)) return value;
    const patches = this.#patches.filter(([pattern]) => matchesPath(pattern, path));
    const result = patches.reduce((x, [, patch]) => patch(x, path), value);
    if (this.#record.some((pattern) => matchesPath(pattern, path))) {
      const kept = tf.keep(tf.clone(result));
      this.#recorded.set(path, [...(this.#recorded.get(path) ?? []), kept]);
    }
    return result;
  }

  /** The paths that were recorded, in the order of the pass. */
  get paths(): readonly string[] {
    return [...this.#recorded.keys()];
  }

  /**
   * What was recorded at a path. The recorder keeps it.
   *
   * @throws RangeError if that is not one value: none, or one of each step of a generation, which {@link all} gives
   */
  get<T extends tf.Tensor = tf.Tensor>(path: string): T {
    const values = this.all<T>(path);
    const [value] = values;
    if (value !== undefined && values.length === 1) return value;
    const got =
      value === undefined ? `none; recorded: ${this.paths.join(", ") || "nothing"}` : `${values.length}: see all`;
    throw new RangeError(`Recorder.get: expected one value of ${path}, got ${got}`);
  }

  /** Everything that was recorded at a path, in order. The recorder keeps it. */
  all<T extends tf.Tensor = tf.Tensor>(path: string): readonly T[] {
    return (this.#recorded.get(path) ?? []) as unknown as readonly T[];
  }

  /** Forgets what was recorded, so that the recorder can hear another pass. */
  clear(): void {
    for (const values of this.#recorded.values()) tf.dispose(values);
    this.#recorded.clear();
  }

  /** Disposes of what was recorded. */
  dispose(): void {
    this.clear();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #remember(key: string, compute: () => boolean): boolean {
    let wanted = this.#wanted.get(key);
    if (wanted === undefined) this.#wanted.set(key, (wanted = compute()));
    return wanted;
  }
}

function checkPattern(pattern: string): void {
  if (typeof pattern === "string" && pattern.split(".").every((step) => step !== "")) return;
  throw new RangeError(`Recorder: expected a path such as layers.*.selfAttn, got ${describeArgument(pattern)}`);
}
