import { windowPositionIndex } from "@qkv/attention";
import type { SwinConfig } from "@qkv/vit";
import type { SpareArrays } from "../weights/spareArrays.ts";

/** The same arrays in a model with a head, whose names have a prefix. */
export function prefixed<Config>(spares: SpareArrays<Config>, prefix: string): SpareArrays<Config> {
  return Object.fromEntries(Object.entries(spares).map(([name, spare]) => [prefix + name, spare]));
}

/** Spare arrays of every image model: the token for masked patches, which only masked training uses. */
export const VIT_SPARES: SpareArrays = { "embeddings.mask_token": { as: "the token for hidden patches" } };

/** Spare arrays of a pooler, left in the file by a model without a classifier. */
export const POOLER: SpareArrays = unread("a pooler's", ["pooler.dense.weight", "pooler.dense.bias"]);

/** Spare arrays of a classifier, left in the file of the model below it. */
export const HEADS: SpareArrays = unread("a classifier's", [
  "classifier.**",
  "cls_classifier.**",
  "distillation_classifier.**",
]);

/** Spare arrays of masked training. */
export const OTHER_HEADS: SpareArrays = unread("a decoder's", ["decoder.**"]);

/** Spare arrays of Swin's files of older releases: the row of the bias table for the offset of two places. */
export const SWIN_SPARES: SpareArrays<SwinConfig> = {
  ...VIT_SPARES,
  "encoder.layers.*.blocks.*.attention.self.relative_position_index": {
    as: "the offsets of the places of a window",
    isRight: ({ data }, { window }) => isSame(data, windowPositionIndex(window)),
  },
};

function unread(as: string, names: readonly string[]): SpareArrays {
  return Object.fromEntries(names.map((name) => [name, { as }]));
}

function isSame(data: Float32Array, expected: Int32Array): boolean {
  return data.length === expected.length && data.every((value, i) => value === expected[i]);
}
