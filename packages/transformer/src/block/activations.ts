import { ATTENTION_ACTIVATIONS } from "@qkv/attention";
import type { BlockSpec, NormSpec } from "./spec.ts";

/** The activations inside a block, in their order; `memory` is projected elsewhere, before. */
export function blockActivations({ norm: { placement }, crossAttn }: BlockSpec): readonly string[] {
  const sublayer = (name: string, inside: readonly string[]) => [
    ...(placement === "post" ? [] : [`${name}Norm`]),
    ...inside.map((activation) => `${name}.${activation}`),
    name,
    ...(placement === "both" ? [`${name}PostNorm`] : []),
    ...(placement === "post" ? [`${name}Norm`] : []),
  ];
  return [
    ...sublayer("selfAttn", ATTENTION_ACTIVATIONS),
    "selfAttnResidual",
    ...(crossAttn === undefined ? [] : [...sublayer("crossAttn", ATTENTION_ACTIVATIONS), "crossAttnResidual"]),
    ...sublayer("ffn", ["hidden"]),
  ];
}

/** The activations of a stack: those inside each block, each block's output, and the norm's. */
export function stackActivations(blocks: readonly BlockSpec[], norm?: NormSpec): readonly string[] {
  const layers = blocks.flatMap((spec, i) => [
    ...blockActivations(spec).map((name) => `layers.${i}.${name}`),
    `layers.${i}`,
  ]);
  return norm === undefined ? layers : [...layers, "norm"];
}
