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
import { causalBlocks, causalNorm } from "./blocks.ts";
import type { CausalConfig } from "./config.ts";

/** A batch of texts. */
export interface CausalInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor;
  /** Attention mask, [B, L] bool, false at padding. Positions count padding too. */
  readonly keep?: tf.Tensor | undefined;
}

/** Outputs of a forward pass of a decoder-only model. */
export interface CausalOutput {
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
}

/**
 * A decoder-only language model: `GPT2LMHeadModel`, `LlamaForCausalLM`, `MistralForCausalLM`, `Qwen2ForCausalLM` and
 * `Qwen3ForCausalLM` of Hugging Face transformers.
 */
export class CausalLanguageModel implements CausalModel {
  readonly config: CausalConfig;
  readonly generation: CausalGenerationDefaults;
  readonly params: Params;

  readonly embedding: Embedding;
  /** Absent if positions are rotary. */
  readonly positions?: LearnedPositions;
  readonly layers: readonly Block[];
  readonly norm: Norm;
  /** Absent if the output layer is tied to the embedding. */
  readonly lmHead?: Linear;

  readonly #stack: Stack;

  constructor(params: Params, config: CausalConfig) {
    checkModule("CausalLanguageModel", params, { config });
    const { vocabSize, dModel, maxPositions, rotary, eosTokenIds } = config;
    const init = normal(config.initializerRange);
    this.embedding = new Embedding(params.at("embedding"), vocabSize, dModel, init);
    if (rotary === undefined) this.positions = new LearnedPositions(params.at("positions"), maxPositions, dModel, init);
    this.#stack = new Stack(params, causalBlocks(config), causalNorm(config));
    this.layers = this.#stack.layers;
    this.norm = this.#stack.norm as Norm;
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    this.params = params;
    this.config = config;
    this.generation = { eosTokenId: eosTokenIds, maxPositions, vocabSize };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return ["embeddings", ...stackActivations(causalBlocks(this.config), causalNorm(this.config)), "logits"];
  }

  /** Computes the logits of the token after each position; the caller owns them. */
  forward({ ids, keep }: CausalInputs, options: PassOptions = {}): CausalOutput {
    this.params.checkInUse("CausalLanguageModel.forward");
    checkTensor("CausalLanguageModel.forward", "ids", ids, "[B, L]", "int32");
    if (keep !== undefined) checkTensor("CausalLanguageModel.forward", "keep", keep, "[B, L]", "bool");
    const pass = createPass("CausalLanguageModel.forward", options, this);
    return tidy(() => ({ logits: this.#logits(this.#run(ids, keep, {}, pass), pass) }));
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
    const { cache, keep, positions, span, ...passed } = options;
    checkTensor("CausalLanguageModel.decode", "ids", ids, "[B, L]", "int32");
    const pass = createPass("CausalLanguageModel.decode", passed, this);
    return stepOf(cache, () => {
      const output = this.#run(ids, keep, { cache, positions, span }, pass);
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
    keep: tf.Tensor2D | undefined,
    places: TokenPositions & Pick<DecodeOptions, "cache">,
    pass: Pass,
  ): tf.Tensor3D {
    const mask = keep && keyMask(keep);
    const tokens = this.embedding.forward(ids); // [B, L, E]
    const placed = this.#place(tokens, places.positions ?? places.cache?.length ?? 0);
    const x = pass.tap("embeddings", dropout(placed, this.config.embeddingDropout, pass.random));
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
    return pass.tap("logits", linear(x, this.lmHead?.weight ?? this.embedding.weight) as tf.Tensor3D);
  }
}
