import { checkArray, checkOptions, denseOf, type OptionNames, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkModule } from "../checkModule.ts";
import { isNamed } from "../isNamed.ts";
import type { Initializer, Params } from "../params.ts";

/** Options of {@link addLora}. */
export interface LoraOptions {
  /** r, the rank of the updates. */
  readonly rank: number;
  /** An update is scaled by alpha / rank. Default `rank`. */
  readonly alpha?: number;
  /**
   * The modules to adapt, by the last steps of their paths: `["qProj", "vProj"]`, `["decoder.embedding"]`. Default: all
   * that have a matrix.
   */
  readonly targets?: readonly string[];
  /** Initializer of A. Default Kaiming's uniform, as in PEFT. B starts from zeros, so that nothing changes at first. */
  readonly init?: Initializer;
}

const OPTIONS: OptionNames<LoraOptions> = { rank: true, alpha: true, targets: true, init: true };

/**
 * Adds low-rank adapters to weights of a model (LoRA, arXiv:2106.09685): each W then counts as W + alpha / rank * B A.
 *
 * The adapters belong to a scope of their own, under the names of the weights: `layers.0.selfAttn.qProj.weight.adapter.a`.
 * To train them alone, give the optimizer `adapters.named()`. Take them off with {@link removeLora} before disposing of
 * them.
 *
 * @param params the model's, or a part of them: `model.params.at("decoder")`
 * @param adapters such as `Params.initialized(seed)`
 * @returns the names of the weights that were adapted
 * @throws RangeError if a target is no matrix or table of the model, or has an adapter
 */
export function addLora(params: Params, adapters: Params, options: LoraOptions): string[] {
  checkModule("addLora", params);
  checkModule("addLora", adapters);
  checkOptions("addLora", options, OPTIONS);
  const { rank, alpha = rank, targets, init = kaimingUniform } = options;
  if (!Number.isSafeInteger(rank) || rank < 1) throw new RangeError(`addLora: expected rank from 1, got ${rank}`);
  if (!Number.isFinite(alpha)) throw new RangeError(`addLora: expected alpha to be a finite number, got ${alpha}`);
  const chosen = targets === undefined ? matricesOf(params) : targetsOf(params, targets);
  const made = chosen.map(([name, weight]) => {
    if (weight.adapter !== undefined) throw new RangeError(`addLora: expected no adapter yet, got one of ${name}`);
    const scope = adapters.at(name, "adapter");
    const [outputs = 0, ...inputs] = weight.shape;
    const a = scope.matrix<tf.Rank.R2>("a", [rank, tf.util.sizeFromShape(inputs)], init);
    const b = scope.matrix<tf.Rank.R2>("b", [outputs, rank], (shape) => tf.zeros(shape));
    return { weight, adapter: { a: a.parts.data, b: b.parts.data, scale: alpha / rank } };
  });
  for (const { weight, adapter } of made) weight.adapter = adapter; // all of them, or none
  return chosen.map(([name]) => name);
}

/**
 * Folds the adapters under a scope into their weights, and takes them off: the model computes the same without them.
 *
 * @throws RangeError if one of the weights is packed, before anything is changed
 */
export function mergeLora(params: Params): void {
  checkModule("mergeLora", params);
  const adapted = [...params.weights()].filter(([, { adapter }]) => adapter !== undefined);
  const [path] = adapted.find(([, { format }]) => format !== "f32") ?? [];
  if (path !== undefined) {
    throw new RangeError(
      `mergeLora: expected float32 weights, got ${path}, which is packed: load the model with { dtype: "float32" }`,
    );
  }
  for (const [, weight] of adapted) {
    tf.tidy(() => (weight.parts.data as tf.Variable).assign(denseOf(weight)));
    weight.adapter = undefined;
  }
}

/** Takes the adapters under a scope off: the model computes what it did without them. */
export function removeLora(params: Params): void {
  checkModule("removeLora", params);
  for (const weight of params.weights().values()) weight.adapter = undefined;
}

type Named = readonly [name: string, weight: Weight];

function matricesOf(params: Params): Named[] {
  const matrices = [...params.weights()].filter(([, { kind }]) => kind === "matrix");
  if (matrices.length === 0) throw new RangeError("addLora: expected a scope with a matrix, got none");
  return matrices;
}

function targetsOf(params: Params, targets: readonly string[]): Named[] {
  checkArray("addLora", "targets", targets);
  const all = [...params.weights()];
  const chosen = new Map<string, Weight>();
  for (const target of targets) {
    const found = all.filter(([name, weight]) => isNamed(name, target) && isAdaptable(weight));
    if (found.length === 0) {
      throw new RangeError(`addLora: expected targets to name a matrix or a table of vectors, got ${target}`);
    }
    for (const [name, weight] of found) chosen.set(name, weight);
  }
  return [...chosen];
}

function isAdaptable({ kind, shape }: Weight): boolean {
  return kind === "matrix" || (kind === "embedding" && shape.length === 2);
}

/** Uniform values in ±1 / sqrt(fanIn): Kaiming's with a slope of sqrt(5), PyTorch's for linear maps. */
const kaimingUniform: Initializer = (shape, seed) => {
  const limit = 1 / Math.sqrt(shape[1] ?? 1);
  return tf.randomUniform(shape, -limit, limit, "float32", seed);
};
