import type { AttentionSpec, BlockSpec } from "../../block/spec.ts";
import type { MarianConfig } from "./config.ts";

/** The blocks of the encoder, or of the decoder. */
export function marianBlocks(config: MarianConfig, side: "encoder" | "decoder"): readonly BlockSpec[] {
  const isDecoder = side === "decoder";
  const attention: AttentionSpec = { numHeads: config[`${side}Heads`], dropout: config.attentionDropout };
  const block: BlockSpec = {
    dModel: config.dModel,
    norm: { kind: "layerNorm", eps: 1e-5, placement: "post" }, // torch.nn.LayerNorm's default: Marian's config has no field for it
    selfAttn: { ...attention, causal: isDecoder },
    ...(isDecoder && { crossAttn: attention }),
    ffn: { kind: "mlp", dim: config[`${side}FfnDim`], activation: config.activation },
    dropout: config.dropout,
    activationDropout: config.activationDropout,
  };
  return Array<BlockSpec>(config[`${side}Layers`]).fill(block);
}
