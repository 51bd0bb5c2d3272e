import * as tf from "@tensorflow/tfjs-core";
import { checkArray, checkRecord, describeArgument } from "@qkv/ops";
import { leadsInto, matchesPath } from "./pathPattern.ts";
import type { Taps } from "./taps.ts";

/** Computes the replacement of an activation. The pass owns both tensors. */
export type Patch = (value: tf.Tensor, path: string) => tf.Tensor;

/**
 * A recorder of the activations of passes, which may patch them too. In patterns `*` matches one step of a path, `**`
 * one or more: `decoder.layers.*.crossAttn.probabilities`. It records the values after patching.
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
   * @param record patterns of the activations to record
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
   * Returns the activation recorded at a path. The recorder owns it.
   *
   * @throws RangeError if that is not one value: none, or one of each step of a generation, which {@link all} returns
   */
  get<T extends tf.Tensor = tf.Tensor>(path: string): T {
    const values = this.all<T>(path);
    const [value] = values;
    if (value !== undefined && values.length === 1) return value;
    const got =
      value === undefined ? `none; recorded: ${this.paths.join(", ") || "nothing"}` : `${values.length}: see all`;
    throw new RangeError(`Recorder.get: expected one value of ${path}, got ${got}`);
  }

  /** Returns all activations recorded at a path, in order. The recorder owns them. */
  all<T extends tf.Tensor = tf.Tensor>(path: string): readonly T[] {
    return (this.#recorded.get(path) ?? []) as unknown as readonly T[];
  }

  /** Disposes of the recorded activations, so that the recorder can record another pass. */
  clear(): void {
    for (const values of this.#recorded.values()) tf.dispose(values);
    this.#recorded.clear();
  }

  /** Disposes of the recorded activations. */
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
