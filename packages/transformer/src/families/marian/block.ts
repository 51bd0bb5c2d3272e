import { type Initializer, normal } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { encoderDecoderSpec } from "../../family/encoderDecoderBlocks.ts";
import type { Seq2SeqSpec } from "../../models/seq2seq/config.ts";
import type { MarianConfig } from "./config.ts";

/** Marian as data: post-norm blocks, sinusoidal positions, and a bias of the logits. */
export function marianSpec(config: MarianConfig): Seq2SeqSpec {
  const { dModel, maxPositions, padTokenId } = config;
  return {
    ...encoderDecoderSpec(config, { placement: "post" }),
    positions: { kind: "sinusoidal", maxPositions },
    finalLogitsBias: true,
    embeddingInit: padAtZero(padTokenId, normal(dModel ** -0.5)),
  };
}

/** Initializes the padding token's row to zero, as torch.nn.Embedding does. */
function padAtZero(padTokenId: number, init: Initializer): Initializer {
  return (shape, seed) =>
    tf.tidy(() => {
      const isPad = tf.expandDims(tf.equal(tf.range(0, shape[0] ?? 0), padTokenId), 1);
      return tf.where(tf.broadcastTo(isPad, shape), 0, init(shape, seed));
    });
}
