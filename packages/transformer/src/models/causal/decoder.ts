import { keyMask, type KeyValueCache, LearnedPositions, type TokenPositions } from "@qkv/attention";
import { checkModule, dropout, Embedding, normal, type Params, type Pass } from "@qkv/nn";
import { embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import { keptPositions } from "../../block/keptPositions.ts";
import { createNorm, type Norm } from "../../block/norm.ts";
import type { PositionBias } from "../../block/positionBias.ts";
import { Stack } from "../../block/stack.ts";
import { type DecoderBodyDescription, describeBody } from "../decoderDescription.ts";
import type { CausalConfig, CausalSpec } from "./config.ts";

/** Positions of a batch's tokens, and the keys and values of those before them. */
export interface DecoderPlaces extends TokenPositions {
  readonly cache?: KeyValueCache | undefined;
}

/** A decoder-only model below its heads: embeddings, layers, and the last norm. */
export class TextDecoder {
  readonly embedding: Embedding;
  /** Absent if no position has a learned vector. */
  readonly positions?: LearnedPositions;
  /** Absent if the embeddings have no norm. */
  readonly embeddingNorm?: Norm;
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  /** Absent if no bias is added to the scores. */
  readonly positionBias?: PositionBias;

  readonly #spec: CausalSpec;
  readonly #stack: Stack;
  /** Describes it for a kernel that runs a whole step; or says why none may. */
  readonly describe: () => DecoderBodyDescription | string;

  constructor(params: Params, config: CausalConfig, spec: CausalSpec) {
    checkModule("TextDecoder", params, { config, spec });
    const { vocabSize, dModel, maxPositions } = config;
    const { blocks, norm, learnedPositions = false, embeddingNorm, positionBias } = spec;
    const init = normal(config.initializerRange);
    this.embedding = new Embedding(params.at("embedding"), vocabSize, dModel, init);
    if (learnedPositions) {
      const { offset = 0 } = learnedPositions === true ? {} : learnedPositions;
      this.positions = new LearnedPositions(params.at("positions"), maxPositions + offset, dModel, init);
    }
    if (embeddingNorm !== undefined) this.embeddingNorm = createNorm(params.at("embeddingNorm"), dModel, embeddingNorm);
    this.#stack = new Stack(params, blocks, { norm, positionBias });
    this.layers = this.#stack.layers;
    if (this.#stack.norm !== undefined) this.norm = this.#stack.norm;
    if (this.#stack.positionBias !== undefined) this.positionBias = this.#stack.positionBias;
    this.#spec = spec;
    this.describe = describeBody(this, {
      embeddingScale: spec.embeddingScale,
      positionOffset: typeof learnedPositions === "object" ? (learnedPositions.offset ?? 0) : 0,
      embeddingNorm,
      norm,
    });
  }

  /** For each layer, the number of keys that a query sees; undefined: all. */
  get windows(): readonly (number | undefined)[] {
    return this.#stack.windows;
  }

  /**
   * Computes the hidden states after the last norm, [B, L, E]. Does not tidy.
   *
   * @param ids [B, L] int32, the tokens after those of the cache
   * @param attentionMask [B, K] bool of all tokens so far, false at padding
   */
  forward(ids: tf.Tensor, attentionMask: tf.Tensor | undefined, places: DecoderPlaces, pass: Pass): tf.Tensor3D {
    const mask = attentionMask && keyMask(attentionMask);
    const { embeddingScale = 1, embeddingDropout = 0 } = this.#spec;
    const embedded = this.embedding.forward(ids as tf.Tensor2D); // [B, L, E]
    const scaled = embeddingScale === 1 ? embedded : tf.mul<tf.Tensor3D>(embedded, embeddingScale);
    const tokens = pass.tap("tokenEmbeddings", scaled);
    const vectors = this.#positionsOf(tokens.shape[1], attentionMask, places);
    const placed = vectors === undefined ? tokens : tf.add<tf.Tensor3D>(tokens, pass.tap("positionEmbeddings", vectors));
    const normed = this.embeddingNorm?.forward(placed) ?? placed;
    const x = pass.tap("embeddings", dropout(normed, embeddingDropout, pass.random));
    return this.#stack.forward(x, { mask, ...places }, pass);
  }

  /** The learned vectors of positions if there are any: [L, E], or [B, L, E] where each row has its own. */
  #positionsOf(
    length: number,
    mask: tf.Tensor | undefined,
    { positions, cache }: DecoderPlaces,
  ): tf.Tensor | undefined {
    if (this.positions === undefined) return undefined;
    const { learnedPositions } = this.#spec;
    const { offset = 0, countsPadding = true } = typeof learnedPositions === "object" ? learnedPositions : {};
    if (positions !== undefined) {
      const rows = offset === 0 ? positions : positions.map((row) => row.map((position) => position + offset));
      return this.positions.at(rows);
    }
    if (mask !== undefined && !countsPadding) {
      const rows = tf.add(keptPositions(mask as tf.Tensor2D, length), tf.scalar(offset, "int32"));
      return embedding(this.positions.weight, rows);
    }
    return this.positions.forward(length, (cache?.length ?? 0) + offset);
  }
}

/** The activations of a {@link TextDecoder}, as a model that is one itself names them. */
export function decoderActivations({ blocks, norm, learnedPositions = false }: CausalSpec): readonly string[] {
  const positions = learnedPositions === false ? [] : ["positionEmbeddings"];
  return ["tokenEmbeddings", ...positions, "embeddings", ...stackActivations(blocks, norm)];
}
