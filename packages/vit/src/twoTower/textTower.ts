import { keyMask, LearnedPositions } from "@qkv/attention";
import { checkModule, Embedding, Linear, normal, type Params, Pass, tidy } from "@qkv/nn";
import { checkRecord, checkTensor } from "@qkv/ops";
import { type Block, type EncoderInputs, type Norm, Stack, stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { tokenAt } from "../backbone.ts";
import { towerBlocks, towerInit, towerNorm } from "./blocks.ts";
import type { TextTowerConfig } from "./config.ts";
import { firstIndex } from "./firstIndex.ts";

/** Texts as a tower takes them. */
export type TextTowerInputs = Pick<EncoderInputs, "ids" | "attentionMask">;

/** Outputs of a {@link TextTower}. */
export interface TextTowerOutput {
  /** [B, L, E] */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, E], or of SigLIP [B, P] */
  readonly poolerOutput: tf.Tensor2D;
}

/** A tower that reads texts: CLIP's, where a token sees those before it, or SigLIP's, where it sees all. */
export class TextTower {
  readonly tokens: Embedding;
  readonly positions: LearnedPositions;
  readonly layers: readonly Block[];
  readonly norm: Norm;
  /** Projects the last token's vector; absent unless that pools. */
  readonly head?: Linear;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #config: TextTowerConfig;
  readonly #stack: Stack;

  constructor(params: Params, config: TextTowerConfig) {
    checkModule("TextTower", params, { config });
    const { vocabSize, maxPositions, dModel, pooling, projectionDim, initializerRange = dModel ** -0.5 } = config;
    const init = normal(initializerRange);
    const [blocks, norm] = [towerBlocks(config, pooling !== "last"), towerNorm(config)];
    this.tokens = new Embedding(params.at("tokens"), vocabSize, dModel, init);
    this.positions = new LearnedPositions(params.at("positions"), maxPositions, dModel, init);
    this.#stack = new Stack(params, blocks, { norm });
    this.layers = this.#stack.layers;
    this.norm = this.#stack.norm as Norm;
    if (pooling === "last") this.head = new Linear(params.at("head"), dModel, projectionDim, towerInit(config));
    this.activations = ["embeddings", ...stackActivations(blocks, norm), "pooled"];
    this.#config = config;
  }

  /**
   * The tokens after the last layer, and the vector of each text.
   *
   * @throws RangeError for a text longer than the table of positions
   */
  forward(inputs: TextTowerInputs, pass: Pass = Pass.plain): TextTowerOutput {
    checkRecord("TextTower.forward", "inputs", inputs);
    const { ids, attentionMask } = inputs;
    checkTensor("TextTower.forward", "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor("TextTower.forward", "attentionMask", attentionMask, "[B, L]", "bool");
    return tidy(() => {
      const embedded = tf.add(this.tokens.forward(ids), this.positions.forward(ids.shape[1] as number));
      const x = pass.tap("embeddings", embedded as tf.Tensor3D);
      const lastHiddenState = this.#stack.forward(x, { mask: attentionMask && keyMask(attentionMask) }, pass);
      return { lastHiddenState, poolerOutput: pass.tap("pooled", this.#pool(lastHiddenState, ids as tf.Tensor2D)) };
    });
  }

  #pool(x: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor2D {
    const { pooling, eosTokenId } = this.#config;
    const length = x.shape[1];
    if (this.head !== undefined) return this.head.forward(tokenAt(x, length - 1)) as tf.Tensor2D;
    const end = pooling === "highest" ? tf.max(ids, 1, true) : (eosTokenId as number);
    const first = tf.expandDims(firstIndex(tf.equal(ids, end) as tf.Tensor2D), 1); // [B, 1]
    const isAt = tf.equal(tf.tile(first, [1, length]), tf.expandDims(tf.range(0, length, 1, "int32"), 0)); // [B, L]
    const weights = tf.where(isAt, tf.onesLike(ids), tf.zerosLike(ids)); // not cast: on webgpu tfjs keeps the words of a bool
    return tf.squeeze(tf.matMul(tf.expandDims(tf.cast(weights, "float32"), 1), x), [1]);
  }
}
