import {
  type CacheSize,
  createCache,
  keyMask,
  type KeyValueCache,
  LearnedPositions,
  type PositionsOfBatch,
  stepOf,
  type TokenPositions,
} from "@qkv/attention";
import {
  checkModule,
  createPass,
  dropout,
  Embedding,
  Linear,
  normal,
  type Params,
  type Pass,
  type PassOptions,
  tidy,
} from "@qkv/nn";
import { checkRecord, checkTensor, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import type { Norm } from "../../block/norm.ts";
import { Stack } from "../../block/stack.ts";
import type { CausalGenerationDefaults, CausalModel, DecodeOptions } from "../causalModel.ts";
import { type LossOptions, meanTokenLoss } from "../meanTokenLoss.ts";
import type { CausalConfig, CausalSpec } from "./config.ts";

/** A batch of texts. */
export interface CausalInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor;
  /** Attention mask, [B, L] bool, false at padding. Positions count padding too. */
  readonly attentionMask?: tf.Tensor | undefined;
}

/** Outputs of a forward pass of a decoder-only model. */
export interface CausalOutput {
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
}

/** A decoder-only language model, of any family that describes it as a {@link CausalSpec}. */
export class CausalLanguageModel<Config extends CausalConfig = CausalConfig> implements CausalModel {
  readonly config: Config;
  readonly generation: CausalGenerationDefaults;
  readonly params: Params;

  readonly embedding: Embedding;
  /** Absent if no position has a learned vector. */
  readonly positions?: LearnedPositions;
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  /** Absent if the output layer is tied to the embedding. */
  readonly lmHead?: Linear;

  readonly #spec: CausalSpec;
  readonly #stack: Stack;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("CausalLanguageModel", params, { config, spec });
    const { vocabSize, dModel, maxPositions, eosTokenIds } = config;
    const { blocks, norm, learnedPositions = false, positionBias } = spec;
    const init = normal(config.initializerRange);
    this.embedding = new Embedding(params.at("embedding"), vocabSize, dModel, init);
    if (learnedPositions) this.positions = new LearnedPositions(params.at("positions"), maxPositions, dModel, init);
    this.#stack = new Stack(params, blocks, { norm, positionBias });
    this.layers = this.#stack.layers;
    if (this.#stack.norm !== undefined) this.norm = this.#stack.norm;
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    this.params = params;
    this.config = config;
    this.#spec = spec;
    this.generation = { eosTokenId: eosTokenIds, maxPositions, vocabSize };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return ["embeddings", ...stackActivations(this.#spec.blocks, this.#spec.norm), "logits"];
  }

  /** Computes the logits of the token after each position; the caller owns them. */
  forward({ ids, attentionMask }: CausalInputs, options: PassOptions = {}): CausalOutput {
    this.params.checkInUse("CausalLanguageModel.forward");
    checkTensor("CausalLanguageModel.forward", "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor("CausalLanguageModel.forward", "attentionMask", attentionMask, "[B, L]", "bool");
    const pass = createPass("CausalLanguageModel.forward", options, this);
    return tidy(() => ({ logits: this.#logits(this.#run(ids, attentionMask, {}, pass), pass) }));
  }

  /**
   * Computes the mean cross-entropy of a batch's next tokens.
   *
   * @param labels [B, L] int32, the token after each position; -100 where it does not count
   */
  loss(
    inputs: CausalInputs & { readonly labels: tf.Tensor },
    { labelSmoothing = 0, ...options }: LossOptions = {},
  ): tf.Scalar {
    return tf.tidy(() => meanTokenLoss(this.forward(inputs, options).logits, inputs.labels, labelSmoothing));
  }

  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.#stack.windows });
  }

  decode(ids: tf.Tensor, options: DecodeOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("CausalLanguageModel.decode");
    checkRecord("CausalLanguageModel.decode", "options", options);
    const { cache, attentionMask, positions, span, ...passed } = options;
    checkTensor("CausalLanguageModel.decode", "ids", ids, "[B, L]", "int32");
    const pass = createPass("CausalLanguageModel.decode", passed, this);
    return stepOf(cache, () => {
      const output = this.#run(ids, attentionMask, { cache, positions, span }, pass);
      const [batch, length, width] = output.shape;
      const last = tf.slice(output, [0, length - 1, 0], [batch, 1, width]);
      return { logits: this.#logits(last, pass) };
    });
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #run(
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | undefined,
    places: TokenPositions & Pick<DecodeOptions, "cache">,
    pass: Pass,
  ): tf.Tensor3D {
    const mask = attentionMask && keyMask(attentionMask);
    const tokens = this.embedding.forward(ids); // [B, L, E]
    const placed = this.#place(tokens, places.positions ?? places.cache?.length ?? 0);
    const x = pass.tap("embeddings", dropout(placed, this.#spec.embeddingDropout ?? 0, pass.random));
    return this.#stack.forward(x, { mask, ...places }, pass);
  }

  /** [B, L, E], with the learned vectors of their positions if there are any. */
  #place(tokens: tf.Tensor3D, at: PositionsOfBatch): tf.Tensor3D {
    if (this.positions === undefined) return tokens;
    const vectors = typeof at === "number" ? this.positions.forward(tokens.shape[1], at) : this.positions.at(at);
    return tf.add(tokens, vectors);
  }

  /** [B, L, E] -> [B, L, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    return pass.tap("logits", this.lmHead?.forward(x) ?? (linear(x, this.embedding.weight) as tf.Tensor3D));
  }
}
