import { type Initializer, normal } from "@qkv/nn";
import type { BlockSpec, NormSpec } from "@qkv/transformer";
import type { TowerConfig } from "./config.ts";

/** The norm of a tower. */
export function towerNorm({ layerNormEps }: TowerConfig): NormSpec {
  return { kind: "layerNorm", eps: layerNormEps };
}

/** The initializer of a tower's matrices, if it is not Xavier's. */
export function towerInit({ initializerRange }: TowerConfig): { readonly init?: Initializer } {
  return initializerRange === undefined ? {} : { init: normal(initializerRange) };
}

/** The blocks of a tower as data. */
export function towerBlocks(config: TowerConfig, causal: boolean): readonly BlockSpec[] {
  const { dModel, numLayers, numHeads, attentionDropout, ffnDim, activation } = config;
  const block: BlockSpec = {
    dModel,
    norm: { ...towerNorm(config), placement: "pre" },
    selfAttn: { numHeads, dropout: attentionDropout, causal },
    ffn: { kind: "mlp", dim: ffnDim, activation },
    ...towerInit(config),
  };
  return Array<BlockSpec>(numLayers).fill(block);
}
