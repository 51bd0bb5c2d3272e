import { keyMask, type KeyValueCache, type MultiHeadAttention } from "@qkv/attention";
import { Embedding, type Params, type Pass, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { Memory } from "../seq2seq.ts";
import type { Seq2SeqConfig, Seq2SeqSpec } from "./config.ts";
import { Seq2SeqSide } from "./side.ts";

/** An encoder and a decoder that attends to its output, without a head. */
export class EncoderDecoder {
  /** The embedding of both sides; absent if each has its own. */
  readonly shared?: Embedding;
  readonly encoder: Seq2SeqSide;
  readonly decoder: Seq2SeqSide;

  constructor(params: Params, config: Seq2SeqConfig, spec: Seq2SeqSpec) {
    const { vocabSize, decoderVocabSize = vocabSize, shareEncoderDecoderEmbeddings = true, dModel } = config;
    const { embeddingInit } = spec;
    if (shareEncoderDecoderEmbeddings)
      this.shared = new Embedding(params.at("shared"), vocabSize, dModel, embeddingInit);
    const build = (side: "encoder" | "decoder", size: number) => {
      const at = params.at(side);
      const embedding = this.shared ?? new Embedding(at.at("embedding"), size, dModel, embeddingInit);
      return new Seq2SeqSide(at, embedding, side, spec);
    };
    this.encoder = build("encoder", vocabSize);
    this.decoder = build("decoder", decoderVocabSize);
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return (["encoder", "decoder"] as const).flatMap((side) =>
      this[side].activations.map((name) => `${side}.${name}`),
    );
  }

  /** Reads a batch of sources. @param ids [B, S] int32 @param attentionMask [B, S] bool, false at padding */
  encode(ids: tf.Tensor2D, attentionMask: tf.Tensor2D | undefined, pass: Pass): Memory {
    return tidy(() => {
      const mask = attentionMask && keyMask(attentionMask);
      const encoded = this.encoder.forward(ids, { mask }, pass.at("encoder"));
      const keyValues = this.decoder.layers.map((layer, i) =>
        (layer.crossAttn as MultiHeadAttention).project(encoded, {}, pass.at("decoder", "layers", i, "crossAttn")),
      );
      return { keyValues, ...(mask && { mask }) };
    });
  }

  /** The decoder's output for the tokens after those of the cache. @param ids [B, T] int32 @returns [B, T, E] */
  decode(ids: tf.Tensor2D, memory: Memory, cache: KeyValueCache | undefined, pass: Pass): tf.Tensor3D {
    return this.decoder.forward(ids, { cache, memory: memory.keyValues, memoryMask: memory.mask }, pass.at("decoder"));
  }
}
