import type { Initializer } from "@qkv/nn";
import type { AttentionSpec, BlockSpec, NormSpec } from "../block/spec.ts";
import type { Seq2SeqSideSpec, Seq2SeqSpec } from "../models/seq2seq/config.ts";
import type { EncoderDecoderConfig } from "./encoderDecoderConfig.ts";

/** The norm of these models: torch.nn.LayerNorm's default, as there is no field for it. */
export const ENCODER_DECODER_NORM: NormSpec = { kind: "layerNorm", eps: 1e-5 };

/** What these families differ in. */
export interface EncoderDecoderBlocks {
  /** `post`: after each residual sum (BART, Marian). `pre`: before each sublayer, and after the last block (mBART). */
  readonly placement: "pre" | "post";
  /** Initializer of weight matrices. Default Xavier's uniform. */
  readonly init?: Initializer;
}

/** Both sides of an encoder-decoder as data, the factor of its embeddings, and the dropout of them. */
export function encoderDecoderSpec(config: EncoderDecoderConfig, blocks: EncoderDecoderBlocks): Seq2SeqSpec {
  return {
    encoder: sideOf(config, "encoder", blocks),
    decoder: sideOf(config, "decoder", blocks),
    ...(config.scaleEmbedding && { embeddingScale: Math.sqrt(config.dModel) }),
    embeddingDropout: config.dropout,
  };
}

function sideOf(
  config: EncoderDecoderConfig,
  side: "encoder" | "decoder",
  { placement, init }: EncoderDecoderBlocks,
): Seq2SeqSideSpec {
  const isDecoder = side === "decoder";
  const attention: AttentionSpec = { numHeads: config[`${side}Heads`], dropout: config.attentionDropout };
  const block: BlockSpec = {
    dModel: config.dModel,
    norm: { ...ENCODER_DECODER_NORM, placement },
    selfAttn: { ...attention, causal: isDecoder },
    ...(isDecoder && { crossAttn: attention }),
    ffn: { kind: "mlp", dim: config[`${side}FfnDim`], activation: config.activation },
    dropout: config.dropout,
    activationDropout: config.activationDropout,
    ...(init && { init }),
  };
  return {
    blocks: Array<BlockSpec>(config[`${side}Layers`]).fill(block),
    ...(placement === "pre" && { norm: ENCODER_DECODER_NORM }),
  };
}
