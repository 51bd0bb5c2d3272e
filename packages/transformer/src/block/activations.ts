import { ATTENTION_ACTIVATIONS } from "@qkv/attention";
import { checkArray, checkRecord } from "@qkv/ops";
import type { BlockSpec, NormSpec } from "./spec.ts";

const FEED_FORWARD: Readonly<Record<BlockSpec["ffn"]["kind"], readonly string[]>> = {
  mlp: ["preActivation", "hidden"],
  gated: ["preActivation", "up", "hidden"],
  packedGated: ["preActivation", "up", "hidden"],
  experts: ["router"],
};

/** The activations inside a block, in their order; `memory` is projected elsewhere, before. */
export function blockActivations(spec: BlockSpec): readonly string[] {
  checkRecord("blockActivations", "spec", spec);
  checkRecord("blockActivations", "spec.norm", spec.norm);
  const { placement } = spec.norm;
  const isBefore = placement === "pre" || placement === "both";
  const sublayer = (name: string, inside: readonly string[]) => [
    ...(isBefore && !lacksNorm(name, spec) ? [`${name}Norm`] : []),
    ...inside.map((activation) => `${name}.${activation}`),
    name,
    ...(placement === "both" ? [`${name}PostNorm`] : []),
    ...(isBefore ? [] : [`${name}Norm`]),
  ];
  return [
    ...sublayer("selfAttn", ATTENTION_ACTIVATIONS),
    "selfAttnResidual",
    ...(spec.crossAttn === undefined ? [] : [...sublayer("crossAttn", ATTENTION_ACTIVATIONS), "crossAttnResidual"]),
    ...sublayer("ffn", FEED_FORWARD[spec.ffn.kind]),
  ];
}

/** Whether a sublayer reads what another one's norm gives, or the block's input. */
function lacksNorm(name: string, { parallel, selfAttn }: BlockSpec): boolean {
  return name === "ffn" ? parallel === "sharedNorm" : name === "selfAttn" && selfAttn.isNormed === false;
}

/** The activations of a stack: those inside each block, each block's output, and the norm's. */
export function stackActivations(blocks: readonly BlockSpec[], norm?: NormSpec): readonly string[] {
  checkArray("stackActivations", "blocks", blocks);
  const layers = blocks.flatMap((spec, i) => [
    ...blockActivations(spec).map((name) => `layers.${i}.${name}`),
    `layers.${i}`,
  ]);
  return norm === undefined ? layers : [...layers, "norm"];
}
