import type * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../checks/describeArgument.ts";
import { type PackedAttrs, packedAttrs } from "./packedKernels.ts";
import { isPacked, isWeight, type Weight } from "./weight.ts";

/** A tensor or a weight, and the path to it in a tree of records. */
export type NamedTensor = readonly [name: string, value: tf.Tensor | Weight];

/** The tensors and weights of a tree of records, each with the path to it. */
export function namedTensors(tree: object, path = ""): NamedTensor[] {
  return Object.entries(tree).flatMap(([name, value]): NamedTensor[] => {
    const at = `${path}${name}`;
    if (isTensor(value) || isWeight(value)) return [[at, value]];
    return value === undefined ? [] : namedTensors(value as object, `${at}.`);
  });
}

/** The stored tensors, by name. */
export function storedTensors(all: readonly NamedTensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(all.map(([name, value]) => [name, isWeight(value) ? value.parts.data : value]));
}

/** What kernels are told of the packed ones, by name. */
export function packedInputs(all: readonly NamedTensor[]): Readonly<Record<string, PackedAttrs>> {
  const entries = all.flatMap(([name, value]) =>
    isWeight(value) && isPacked(value) ? [[name, packedAttrs(value)] as const] : [],
  );
  return Object.fromEntries(entries);
}
