import {
  type CacheSize,
  createCache,
  type KeyValueCache,
  type LearnedPositions,
  stepOf,
} from "@qkv/attention";
import {
  checkModule,
  createPass,
  type Embedding,
  Linear,
  normal,
  type Params,
  Pass,
  type PassOptions,
  tidy,
} from "@qkv/nn";
import { checkRecord, checkTensor, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { asBuilt } from "../../block/asBuilt.ts";
import type { Block } from "../../block/block.ts";
import type { Norm } from "../../block/norm.ts";
import type { PositionBias } from "../../block/positionBias.ts";
import type { CausalGenerationDefaults, CausalModel, DecodeOptions } from "../causalModel.ts";
import { balanceLoss, RouterTaps } from "./balanceLoss.ts";
import { type DecoderDescription, LENGTH_DEPENDS, OUTPUT_CHANGED, OWN_DECODE } from "../decoderDescription.ts";
import { type LossOptions, meanTokenLoss } from "../meanTokenLoss.ts";
import type { CausalConfig, CausalSpec } from "./config.ts";
import { decoderActivations, TextDecoder } from "./decoder.ts";

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
  /** The model as data. */
  readonly spec: CausalSpec;
  readonly generation: CausalGenerationDefaults;
  readonly params: Params;

  readonly embedding: Embedding;
  /** Absent if no position has a learned vector. */
  readonly positions?: LearnedPositions;
  /** Absent if the embeddings have no norm. */
  readonly embeddingNorm?: Norm;
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  /** Absent if no bias is added to the scores. */
  readonly positionBias?: PositionBias;
  /** Absent if the output layer is tied to the embedding. */
  readonly lmHead?: Linear;
  /** [V]; absent if the output layer has no bias. */
  readonly logitBias?: tf.Variable<tf.Rank.R1>;

  readonly #decoder: TextDecoder;
  readonly #isAsBuilt: () => boolean;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("CausalLanguageModel", params, { config, spec });
    const { vocabSize, dModel, maxPositions, eosTokenIds, bosTokenId } = config;
    const init = normal(config.initializerRange);
    const decoder = new TextDecoder(params, config, spec);
    this.#decoder = decoder;
    this.embedding = decoder.embedding;
    if (decoder.positions !== undefined) this.positions = decoder.positions;
    if (decoder.embeddingNorm !== undefined) this.embeddingNorm = decoder.embeddingNorm;
    this.layers = decoder.layers;
    if (decoder.norm !== undefined) this.norm = decoder.norm;
    if (decoder.positionBias !== undefined) this.positionBias = decoder.positionBias;
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    if (spec.logitBias) this.logitBias = params.bias<tf.Rank.R1>("logitBias", [vocabSize]);
    this.#isAsBuilt = asBuilt({ embedding: this.embedding, lmHead: this.lmHead });
    this.params = params;
    this.config = config;
    this.spec = spec;
    const { rereadBeyond } = spec;
    this.generation = {
      eosTokenId: eosTokenIds,
      ...(bosTokenId !== undefined && bosTokenId < vocabSize && { bosTokenId }),
      maxPositions,
      vocabSize,
      ...(rereadBeyond !== undefined && { rereadBeyond }),
    };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...decoderActivations(this.spec), "logits"];
  }

  /** Computes the logits of the token after each position; the caller owns them. */
  forward({ ids, attentionMask }: CausalInputs, options: PassOptions = {}): CausalOutput {
    this.params.checkInUse("CausalLanguageModel.forward");
    checkTensor("CausalLanguageModel.forward", "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor("CausalLanguageModel.forward", "attentionMask", attentionMask, "[B, L]", "bool");
    const pass = createPass("CausalLanguageModel.forward", options, this);
    return tidy(() => ({ logits: this.#logits(this.#decoder.forward(ids, attentionMask, {}, pass), pass) }));
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
    return tf.tidy(() => {
      const { balanceFactor, blocks } = this.spec;
      const perToken = blocks.find(({ ffn }) => ffn.experts)?.ffn.experts?.perToken;
      if (balanceFactor === undefined || perToken === undefined) {
        return meanTokenLoss(this.forward(inputs, options).logits, inputs.labels, labelSmoothing);
      }
      createPass("CausalLanguageModel.loss", options, this); // refuses taps of what the model has not
      const taps = new RouterTaps(options.taps);
      try {
        const loss = meanTokenLoss(this.forward(inputs, { ...options, taps }).logits, inputs.labels, labelSmoothing);
        const balance = balanceLoss(taps.scores, perToken, inputs.attentionMask);
        return tf.add(loss, tf.mul(balance, balanceFactor)) as tf.Scalar;
      } finally {
        taps.dispose();
      }
    });
  }

  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.#decoder.windows });
  }

  decode(ids: tf.Tensor, options: DecodeOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("CausalLanguageModel.decode");
    checkRecord("CausalLanguageModel.decode", "options", options);
    const { cache, attentionMask, positions, span, logitsToKeep = 1, ...passed } = options;
    checkTensor("CausalLanguageModel.decode", "ids", ids, "[B, L]", "int32");
    const pass = createPass("CausalLanguageModel.decode", passed, this);
    return stepOf(cache, () => {
      const output = this.#decoder.forward(ids, attentionMask, { cache, positions, span }, pass);
      const [batch, length, width] = output.shape;
      if (!Number.isInteger(logitsToKeep) || logitsToKeep < 1 || logitsToKeep > length) {
        throw new RangeError(
          `CausalLanguageModel.decode: expected logitsToKeep to be a whole number from 1 to ${length}, got ${logitsToKeep}`,
        );
      }
      const last = tf.slice(output, [0, length - logitsToKeep, 0], [batch, logitsToKeep, width]);
      return { logits: this.#logits(last, pass) };
    });
  }

  /**
   * Computes the logits of hidden states as if the last norm had given them, with the factor and the soft cap of the family;
   * the caller owns them.
   *
   * @param x [B, L, E]
   * @returns [B, L, V]
   */
  logitsOf(x: tf.Tensor): tf.Tensor3D {
    this.params.checkInUse("CausalLanguageModel.logitsOf");
    checkTensor("CausalLanguageModel.logitsOf", "x", x, "[B, L, E]");
    return tf.tidy(() => this.#logits(x, Pass.plain));
  }

  describeDecoder(): DecoderDescription | string {
    if (this.decode !== CausalLanguageModel.prototype.decode) return OWN_DECODE;
    if (!this.#isAsBuilt()) return OUTPUT_CHANGED;
    const body = this.#decoder.describe();
    if (typeof body === "string") return body;
    const { logitScale, logitSoftcap, rereadBeyond } = this.spec;
    if (rereadBeyond !== undefined) return LENGTH_DEPENDS;
    return {
      weights: {
        ...body.weights,
        head: { weight: (this.lmHead ?? this.embedding).weight, bias: this.logitBias },
      },
      attrs: { ...body.attrs, logitScale, logitSoftcap },
      rotary: body.rotary,
      isCurrent: () => body.isCurrent() && this.#isAsBuilt(),
    };
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** [B, L, E] -> [B, L, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    const { lmHead, logitBias } = this;
    const isPlain = lmHead !== undefined && logitBias === undefined;
    const { weight } = lmHead ?? this.embedding;
    const logits = isPlain ? lmHead.forward(x) : (linear(x, weight, logitBias) as tf.Tensor3D);
    const { logitScale, logitSoftcap } = this.spec;
    return pass.tap("logits", capped(scaled(logits, logitScale), logitSoftcap));
  }
}

function scaled(x: tf.Tensor3D, factor = 1): tf.Tensor3D {
  return factor === 1 ? x : tf.mul(x, factor);
}

function capped(x: tf.Tensor3D, cap: number | undefined): tf.Tensor3D {
  return cap === undefined ? x : tf.mul(tf.tanh(tf.div(x, cap)), cap);
}
