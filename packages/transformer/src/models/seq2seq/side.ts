import { LearnedPositions } from "@qkv/attention";
import { dropout, type Embedding, type Params, type Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import { createNorm, type Norm } from "../../block/norm.ts";
import type { PositionBias } from "../../block/positionBias.ts";
import { Stack, type StackInputs } from "../../block/stack.ts";
import { type DecoderBodyDescription, describeBody } from "../decoderDescription.ts";
import type { Seq2SeqSpec } from "./config.ts";
import { CountedPositions } from "./countedPositions.ts";
import { FrozenPositions } from "./frozenPositions.ts";
import { SinusoidalPositions } from "./sinusoidalPositions.ts";

/** The encoder or the decoder of a `Seq2SeqLanguageModel`: embeddings and blocks. */
export class Seq2SeqSide {
  /** May be that of the other side too. */
  readonly embedding: Embedding;
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  readonly positionBias?: PositionBias;
  /** Absent if no position has a learned vector. */
  readonly positions?: LearnedPositions;
  /** Absent if embeddings have no norm. */
  readonly embeddingNorm?: Norm;

  /** For each block, the number of keys that a query sees; undefined: all. */
  readonly windows: readonly (number | undefined)[];
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #spec: Seq2SeqSpec;
  readonly #fixed?: SinusoidalPositions | FrozenPositions;
  readonly #counted?: CountedPositions;
  readonly #stack: Stack;
  readonly #describe: () => DecoderBodyDescription | string;
  /** Rows of the table of positions before the first. */
  readonly #offset: number = 0;

  constructor(params: Params, embedding: Embedding, side: "encoder" | "decoder", spec: Seq2SeqSpec) {
    const { blocks, ...options } = spec[side];
    const [, dModel] = embedding.weight.shape;
    this.embedding = embedding;
    this.#spec = spec;
    if (spec.positions?.kind === "sinusoidal") {
      this.#fixed = new SinusoidalPositions(spec.positions.maxPositions, dModel);
    } else if (spec.positions?.kind === "frozen") {
      this.#fixed = new FrozenPositions(params.at("positions"), spec.positions.maxPositions, dModel);
    } else if (spec.positions?.kind === "counted") {
      this.#counted = new CountedPositions(spec.positions.padTokenId, dModel);
    } else if (spec.positions !== undefined) {
      const { maxPositions, offset = 0 } = spec.positions;
      this.positions = new LearnedPositions(params.at("positions"), maxPositions + offset, dModel, spec.embeddingInit);
      this.#offset = offset;
    }
    if (spec.embeddingNorm !== undefined) {
      this.embeddingNorm = createNorm(params.at("embeddingNorm"), dModel, spec.embeddingNorm);
    }
    this.#stack = new Stack(params, blocks, options);
    this.layers = this.#stack.layers;
    if (this.#stack.norm !== undefined) this.norm = this.#stack.norm;
    if (this.#stack.positionBias !== undefined) this.positionBias = this.#stack.positionBias;
    this.windows = this.#stack.windows;
    this.#describe = describeBody(this, {
      embeddingScale: spec.embeddingScale,
      positionOffset: this.#offset,
      embeddingNorm: spec.embeddingNorm,
      norm: options.norm,
    });
    const positions = spec.positions === undefined ? [] : ["positionEmbeddings"];
    this.activations = ["tokenEmbeddings", ...positions, "embeddings", ...stackActivations(blocks, options.norm)];
  }

  /** Describes it for a kernel that runs a whole step; or says why none may. */
  describe(): DecoderBodyDescription | string {
    if (this.#counted !== undefined) return "positions do not count padding";
    const fixed = this.#fixed;
    const body = this.#describe();
    if (typeof body === "string" || fixed === undefined) return body;
    return { ...body, fixedPositions: (count) => fixed.forward(count, 0) };
  }

  /** @param ids [B, L] int32, the tokens after those of the cache if there is one  @returns [B, L, E] */
  forward(ids: tf.Tensor2D, inputs: StackInputs, pass: Pass): tf.Tensor3D {
    const { embeddingDropout = 0, outputDropout = 0 } = this.#spec;
    return tf.tidy(() => {
      const embedded = this.#embed(ids, inputs.cache?.length ?? 0, pass);
      const x = pass.tap("embeddings", drop(embedded, embeddingDropout, pass));
      return drop(this.#stack.forward(x, inputs, pass), outputDropout, pass);
    });
  }

  /** [B, L] -> [B, L, E] */
  #embed(ids: tf.Tensor2D, offset: number, pass: Pass): tf.Tensor3D {
    const { embeddingScale } = this.#spec;
    // Before anything is computed: too long a text is refused.
    const positions = this.#place(ids, offset);
    const tokens = this.embedding.forward(ids);
    const scaled: tf.Tensor3D = pass.tap(
      "tokenEmbeddings",
      embeddingScale === undefined ? tokens : tf.mul(tokens, embeddingScale),
    );
    const sum: tf.Tensor3D = positions === undefined ? scaled : tf.add(scaled, pass.tap("positionEmbeddings", positions));
    return this.embeddingNorm?.forward(sum) ?? sum;
  }

  /** [L, E], or [B, L, E] where padding has no position; undefined if nothing is added. */
  #place(ids: tf.Tensor2D, offset: number): tf.Tensor | undefined {
    const [, length] = ids.shape;
    return (
      this.#counted?.forward(ids, offset) ??
      this.#fixed?.forward(length, offset) ??
      this.positions?.forward(length, offset + this.#offset)
    );
  }
}

/** Dropout without a copy in inference: a decoder's steps count each kernel. */
function drop(x: tf.Tensor3D, rate: number, { random }: Pass): tf.Tensor3D {
  return random === undefined ? x : dropout(x, rate, random);
}
