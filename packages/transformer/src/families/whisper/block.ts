import { normal } from "@qkv/nn";
import type { AttentionSpec, BlockSpec, NormSpec } from "../../block/spec.ts";
import type { Seq2SeqSideSpec, Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { WhisperConfig } from "./config.ts";

const NORM: NormSpec = { kind: "layerNorm", eps: 1e-5 }; // torch.nn.LayerNorm's default: there is no field for it

/** Whisper as data: pre-norm blocks whose keys have no bias, and learned positions of the decoder. */
export function whisperSpec(config: WhisperConfig): Seq2SeqSpec {
  return {
    encoder: sideOf(config, "encoder"),
    decoder: sideOf(config, "decoder"),
    positions: { kind: "learned", maxPositions: config.maxPositions },
    embeddingDropout: config.dropout,
    embeddingInit: normal(config.initializerRange),
  };
}

function sideOf(config: WhisperConfig, side: "encoder" | "decoder"): Seq2SeqSideSpec {
  const isDecoder = side === "decoder";
  const attention: AttentionSpec = {
    numHeads: config[`${side}Heads`],
    bias: { q: true, k: false, v: true, out: true },
    dropout: config.attentionDropout,
  };
  const block: BlockSpec = {
    dModel: config.dModel,
    norm: { ...NORM, placement: "pre" },
    selfAttn: { ...attention, causal: isDecoder },
    ...(isDecoder && { crossAttn: attention }),
    ffn: { kind: "mlp", dim: config[`${side}FfnDim`], activation: config.activation },
    dropout: config.dropout,
    activationDropout: config.activationDropout,
    init: normal(config.initializerRange),
  };
  return { blocks: Array<BlockSpec>(config[`${side}Layers`]).fill(block), norm: NORM };
}
