import { windowPositionIndex } from "@qkv/attention";
import type { SwinConfig } from "@qkv/vit";
import type { SpareArrays } from "../weights/spareArrays.ts";

/** The same arrays in a model with a head, whose names have something in front. */
export function prefixed<Config>(spares: SpareArrays<Config>, prefix: string): SpareArrays<Config> {
  return Object.fromEntries(Object.entries(spares).map(([name, spare]) => [prefix + name, spare]));
}

/** What files of every image model hold besides: the token for hidden patches, which only training by masks shows. */
export const VIT_SPARES: SpareArrays = { "embeddings.mask_token": { as: "the token for hidden patches" } };

/** What a model without a classifier has and leaves in its file. */
export const POOLER: SpareArrays = unread("a pooler's", ["pooler.dense.weight", "pooler.dense.bias"]);

/** What a classifier has and leaves in the file of the model below it. */
export const HEADS: SpareArrays = unread("a classifier's", [
  "classifier.**",
  "cls_classifier.**",
  "distillation_classifier.**",
]);

/** What training by masks has and leaves. */
export const OTHER_HEADS: SpareArrays = unread("a decoder's", ["decoder.**"]);

/** What Swin's files of older releases hold besides: which row of the table holds the offset of two places. */
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
