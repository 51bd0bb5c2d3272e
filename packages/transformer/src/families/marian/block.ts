import { type Initializer, normal } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionSpec, BlockSpec } from "../../block/spec.ts";
import type { Seq2SeqSideSpec, Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { MarianConfig } from "./config.ts";

/** Marian as data: post-norm blocks, sinusoidal positions, and a bias of the logits. */
export function marianSpec(config: MarianConfig): Seq2SeqSpec {
  const { dModel, maxPositions, padTokenId, scaleEmbedding, dropout } = config;
  return {
    encoder: sideOf(config, "encoder"),
    decoder: sideOf(config, "decoder"),
    ...(scaleEmbedding && { embeddingScale: Math.sqrt(dModel) }),
    positions: { kind: "sinusoidal", maxPositions },
    embeddingDropout: dropout,
    finalLogitsBias: true,
    embeddingInit: padAtZero(padTokenId, normal(dModel ** -0.5)),
  };
}

function sideOf(config: MarianConfig, side: "encoder" | "decoder"): Seq2SeqSideSpec {
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
  return { blocks: Array<BlockSpec>(config[`${side}Layers`]).fill(block) };
}

/** Initializes the padding token's row to zero, as torch.nn.Embedding does. */
function padAtZero(padTokenId: number, init: Initializer): Initializer {
  return (shape, seed) =>
    tf.tidy(() => {
      const isPad = tf.expandDims(tf.equal(tf.range(0, shape[0] ?? 0), padTokenId), 1);
      return tf.where(tf.broadcastTo(isPad, shape), 0, init(shape, seed));
    });
}
