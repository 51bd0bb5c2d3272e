import {
  type CacheSize,
  createCache,
  keyMask,
  type KeyValueCache,
  type MultiHeadAttention,
  stepOf,
} from "@qkv/attention";
import {
  checkModule,
  createPass,
  Embedding,
  type Initializer,
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
import { Stack } from "../../block/stack.ts";
import type { Seq2SeqInputs, Seq2SeqOutput } from "../../models/outputs.ts";
import { type LossOptions, meanTokenLoss } from "../../models/meanTokenLoss.ts";
import type { GenerationDefaults, Memory, Seq2SeqModel, TargetOptions } from "../../models/seq2seq.ts";
import { marianBlocks } from "./block.ts";
import type { MarianConfig } from "./config.ts";
import { embedTokens } from "./embedding.ts";

/** The encoder half, or the decoder half, of a {@link MarianModel}. */
export interface MarianSide {
  readonly embedding: Embedding;
  readonly layers: readonly Block[];
}

/** A post-norm encoder-decoder with sinusoidal positions: `MarianMTModel` of Hugging Face transformers. */
export class MarianModel implements Seq2SeqModel {
  readonly config: MarianConfig;
  readonly generation: GenerationDefaults;
  readonly params: Params;

  /** The one table of both vocabularies, if they are shared. */
  readonly shared?: Embedding;
  readonly encoder: MarianSide;
  readonly decoder: MarianSide;
  /** Absent if the output layer is tied to the decoder's embedding. */
  readonly lmHead?: Linear;
  /** [1, V], not trained */
  readonly finalLogitsBias: tf.Variable<tf.Rank.R2>;

  readonly #encoder: Stack;
  readonly #decoder: Stack;

  constructor(params: Params, config: MarianConfig) {
    checkModule("MarianModel", params, { config });
    const { vocabSize, decoderVocabSize, dModel } = config;
    const table = padAtZero(config.padTokenId, normal(dModel ** -0.5));
    if (config.shareEncoderDecoderEmbeddings)
      this.shared = new Embedding(params.at("shared"), vocabSize, dModel, table);
    const embed = (side: string, size: number) =>
      this.shared ?? new Embedding(params.at(side, "embedding"), size, dModel, table);

    const encoderEmbedding = embed("encoder", vocabSize);
    this.#encoder = new Stack(params.at("encoder"), marianBlocks(config, "encoder"));
    const decoderEmbedding = embed("decoder", decoderVocabSize);
    this.#decoder = new Stack(params.at("decoder"), marianBlocks(config, "decoder"));
    this.encoder = { embedding: encoderEmbedding, layers: this.#encoder.layers };
    this.decoder = { embedding: decoderEmbedding, layers: this.#decoder.layers };
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, decoderVocabSize, { bias: false });
    this.finalLogitsBias = params.buffer<tf.Rank.R2>("finalLogitsBias", [1, decoderVocabSize]);
    this.params = params;
    this.config = config;
    this.generation = { ...config, eosTokenId: config.eosTokenIds ?? config.eosTokenId };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    const sides = (["encoder", "decoder"] as const).flatMap((side) =>
      ["embeddings", ...stackActivations(marianBlocks(this.config, side))].map((name) => `${side}.${name}`),
    );
    return [...sides, "logits"];
  }

  /** Computes the logits of every target position; the caller owns them. */
  forward({ ids, attentionMask, decoderIds }: Seq2SeqInputs, options: PassOptions = {}): Seq2SeqOutput {
    this.params.checkInUse("MarianModel.forward");
    checkTensor("MarianModel.forward", "ids", ids, "[B, S]", "int32");
    if (attentionMask !== undefined)
      checkTensor("MarianModel.forward", "attentionMask", attentionMask, "[B, S]", "bool");
    checkTensor("MarianModel.forward", "decoderIds", decoderIds, "[B, T]", "int32");
    const pass = createPass("MarianModel.forward", options, this);
    return tidy(() => this.#decode(decoderIds, this.#encode(ids, attentionMask, pass), undefined, pass));
  }

  /**
   * Computes the mean cross-entropy of a batch's target tokens.
   *
   * @param inputs those of {@link forward}, and the labels
   * @param inputs.labels [B, T] int32, -100 at positions that do not count
   * @param options label smoothing, and a random stream while training
   * @throws RangeError if the shapes do not fit
   */
  loss(
    inputs: Seq2SeqInputs & { readonly labels: tf.Tensor },
    { labelSmoothing = 0, ...options }: LossOptions = {},
  ): tf.Scalar {
    return tf.tidy(() => meanTokenLoss(this.forward(inputs, options).logits, inputs.labels, labelSmoothing));
  }

  encode(ids: tf.Tensor, attentionMask?: tf.Tensor, options: PassOptions = {}): Memory {
    this.params.checkInUse("MarianModel.encode");
    checkTensor("MarianModel.encode", "ids", ids, "[B, S]", "int32");
    if (attentionMask !== undefined)
      checkTensor("MarianModel.encode", "attentionMask", attentionMask, "[B, S]", "bool");
    return this.#encode(ids, attentionMask, createPass("MarianModel.encode", options, this));
  }

  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.#decoder.windows });
  }

  decode(ids: tf.Tensor, memory: Memory, options: TargetOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("MarianModel.decode");
    checkTensor("MarianModel.decode", "ids", ids, "[B, T]", "int32");
    checkRecord("MarianModel.decode", "options", options);
    const { cache, ...passed } = options;
    return this.#decode(ids, memory, cache, createPass("MarianModel.decode", passed, this));
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #encode(ids: tf.Tensor2D, attentionMask: tf.Tensor2D | undefined, pass: Pass): Memory {
    return tidy(() => {
      const mask = attentionMask && keyMask(attentionMask);
      const x = embedTokens(ids, this.encoder.embedding, this.config, 0, pass.at("encoder"));
      const encoded = this.#encoder.forward(x, { mask }, pass.at("encoder"));
      const keyValues = this.#decoder.layers.map((layer, i) =>
        (layer.crossAttn as MultiHeadAttention).project(encoded, {}, pass.at("decoder", "layers", i, "crossAttn")),
      );
      return { keyValues, ...(mask && { mask }) };
    });
  }

  #decode(ids: tf.Tensor2D, memory: Memory, cache: KeyValueCache | undefined, pass: Pass) {
    return stepOf(cache, () => {
      const x = embedTokens(ids, this.decoder.embedding, this.config, cache?.length ?? 0, pass.at("decoder"));
      const inputs = { cache, memory: memory.keyValues, memoryMask: memory.mask };
      return { logits: this.#logits(this.#decoder.forward(x, inputs, pass.at("decoder")), pass) };
    });
  }

  /** [B, T, E] -> [B, T, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    const bias = tf.reshape(this.finalLogitsBias, [-1]);
    const logits = this.lmHead ? tf.add(this.lmHead.forward(x), bias) : linear(x, this.decoder.embedding.weight, bias);
    return pass.tap("logits", logits as tf.Tensor3D);
  }
}

/** Initializes the padding token's row to zero, as torch.nn.Embedding does. */
function padAtZero(padTokenId: number, init: Initializer): Initializer {
  return (shape, seed) =>
    tf.tidy(() => {
      const isPad = tf.expandDims(tf.equal(tf.range(0, shape[0] ?? 0), padTokenId), 1);
      return tf.where(tf.broadcastTo(isPad, shape), 0, init(shape, seed));
    });
}
