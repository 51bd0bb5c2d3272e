import { MultiHeadAttention } from "@qkv/attention";
import { LayerNorm, LayerScale, Linear, RMSNorm } from "@qkv/nn";
import { isTensor, isWeight } from "@qkv/ops";
import { FeedForward } from "./feedForward.ts";
import { GatedFeedForward } from "./gatedFeedForward.ts";
import { PackedGatedFeedForward } from "./packedGatedFeedForward.ts";
import { ResidualBranch } from "./residualBranch.ts";

/** The classes of a block's modules, each with its methods as they are defined. */
const METHODS = new Map(
  [
    ...[MultiHeadAttention, FeedForward, GatedFeedForward, PackedGatedFeedForward],
    ...[Linear, LayerNorm, RMSNorm, LayerScale, ResidualBranch],
  ].map(({ prototype }) => [prototype as object, methodsOf(prototype)]),
);

type Method = readonly [key: string, method: unknown];

/** A property and the value it has to have. */
interface Property {
  readonly holder: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly value: unknown;
}

/**
 * Prepares a check whether modules are still as they are now, down to the weights: none replaced, none of a class or with a
 * method of its own, no weight with an adapter or an observer. A kernel that reads the tensors that they hold then computes what they would.
 */
export function asBuilt(...modules: readonly object[]): () => boolean {
  const properties = allOf(modules.map(propertiesOf));
  if (properties === undefined) return () => false;
  return () => {
    for (const { holder, key, value } of properties) if (holder[key] !== value) return false;
    return true;
  };
}

/** All properties of a tree of modules; undefined if one is of a derived class. */
function propertiesOf(modules: object): readonly Property[] | undefined {
  const fields = Object.entries(modules);
  const own = fields.map(([key, value]) => property(modules, key, value));
  return allOf([own, ...fields.map(([, value]) => partsOf(value))]);
}

/** All lists in one; undefined if one is. */
function allOf(lists: readonly (readonly Property[] | undefined)[]): readonly Property[] | undefined {
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function partsOf(value: unknown): readonly Property[] | undefined {
  if (typeof value !== "object" || value === null || isTensor(value)) return [];
  if (isWeight(value)) return ["adapter", "observer"].map((key) => property(value, key, undefined));
  const methods = methodsOfClass(Object.getPrototypeOf(value) as object);
  const fields = methods && propertiesOf(value);
  return fields && [...fields, ...methods.map(([key, method]) => property(value, key, method))];
}

/**
 * The methods of a class; undefined if it is derived from another. RotaryPositions is such a class too, and not listed
 * above: pages without rotary positions would load it.
 */
function methodsOfClass(prototype: object): readonly Method[] | undefined {
  const isBase = Object.getPrototypeOf(prototype) === Object.prototype;
  return METHODS.get(prototype) ?? (isBase ? methodsOf(prototype) : undefined);
}

function property(holder: object, key: string, value: unknown): Property {
  return { holder: holder as Property["holder"], key, value };
}

function methodsOf(prototype: object): readonly Method[] {
  const members = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return members.flatMap(([name, { value }]) => (name === "constructor" || value === undefined ? [] : [[name, value]]));
}
