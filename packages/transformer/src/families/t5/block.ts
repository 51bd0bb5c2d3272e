import { type Initializer, normal } from "@qkv/nn";
import type { AttentionSpec, BlockSpec } from "../../block/spec.ts";
import type { Seq2SeqSideSpec, Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { T5Config } from "./config.ts";

/** T5 as data: pre-norm blocks without a bias, unscaled scores, relative positions in self-attention alone. */
export function t5Spec(config: T5Config): Seq2SeqSpec {
  const { dModel, dropout, scaleOutput, initializerFactor } = config;
  return {
    encoder: sideOf(config, "encoder"),
    decoder: sideOf(config, "decoder"),
    embeddingDropout: dropout,
    outputDropout: dropout,
    ...(scaleOutput && { outputScale: dModel ** -0.5 }),
    embeddingInit: normal(initializerFactor),
    headInit: normal(initializerFactor),
  };
}

function sideOf(config: T5Config, side: "encoder" | "decoder"): Seq2SeqSideSpec {
  const { numHeads, numBuckets, maxDistance, dropout } = config;
  const isDecoder = side === "decoder";
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const attention: AttentionSpec = { numHeads, headDim: config.headDim, bias: false, scale: 1, dropout };
  const block: BlockSpec = {
    dModel: config.dModel,
    norm: { ...norm, placement: "pre" },
    selfAttn: { ...attention, causal: isDecoder },
    ...(isDecoder && { crossAttn: attention }),
    ffn: { kind: config.isGated ? "gated" : "mlp", dim: config.ffnDim, activation: config.activation, bias: false },
    dropout,
    activationDropout: dropout,
    init: fanIn(config.initializerFactor),
  };
  return {
    norm,
    positionBias: { kind: "relative", numHeads, numBuckets, maxDistance, bidirectional: !isDecoder },
    blocks: Array<BlockSpec>(config[`${side}Layers`]).fill(block),
  };
}

/** Normal values with the standard deviation `factor` / sqrt(in), for a weight of [out, in]. */
function fanIn(factor: number): Initializer {
  return (shape, seed) => normal(factor * (shape[1] ?? 1) ** -0.5)(shape, seed);
}
