import { type CacheSize, createCache, keyMask, type KeyValueCache, type MultiHeadAttention, stepOf } from "@qkv/attention";
import {
  checkModule,
  createPass,
  dropout,
  Embedding,
  Linear,
  type Params,
  type Pass,
  type PassOptions,
  tidy,
} from "@qkv/nn";
import { checkRecord, checkTensor, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import { Stack, type StackInputs } from "../../block/stack.ts";
import { type LossOptions, meanTokenLoss } from "../meanTokenLoss.ts";
import type { Seq2SeqInputs, Seq2SeqOutput } from "../outputs.ts";
import type { GenerationDefaults, Memory, Seq2SeqModel, TargetOptions } from "../seq2seq.ts";
import type { Seq2SeqConfig, Seq2SeqSpec } from "./config.ts";

/** An encoder-decoder with one embedding for both sides, of any family that describes it as a {@link Seq2SeqSpec}. */
export class Seq2SeqLanguageModel<Config extends Seq2SeqConfig = Seq2SeqConfig> implements Seq2SeqModel {
  readonly config: Config;
  readonly generation: GenerationDefaults;
  readonly params: Params;

  /** The embedding of both sides. */
  readonly shared: Embedding;
  readonly encoder: Stack;
  readonly decoder: Stack;
  /** Absent if the output layer is tied to the embedding. */
  readonly lmHead?: Linear;

  readonly #spec: Seq2SeqSpec;

  constructor(params: Params, config: Config, spec: Seq2SeqSpec) {
    checkModule("Seq2SeqLanguageModel", params, { config, spec });
    const { vocabSize, dModel, tieWordEmbeddings } = config;
    const { encoder, decoder, init } = spec;
    this.shared = new Embedding(params.at("shared"), vocabSize, dModel, init);
    this.encoder = new Stack(params.at("encoder"), encoder.blocks, encoder);
    this.decoder = new Stack(params.at("decoder"), decoder.blocks, decoder);
    if (!tieWordEmbeddings) this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    this.params = params;
    this.config = config;
    this.#spec = spec;
    this.generation = { ...config, eosTokenId: config.eosTokenIds ?? config.eosTokenId };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    const sides = (["encoder", "decoder"] as const).flatMap((side) => {
      const { blocks, norm } = this.#spec[side];
      return ["embeddings", ...stackActivations(blocks, norm)].map((name) => `${side}.${name}`);
    });
    return [...sides, "logits"];
  }

  /** Computes the logits of every target position; the caller owns them. */
  forward({ ids, attentionMask, decoderIds }: Seq2SeqInputs, options: PassOptions = {}): Seq2SeqOutput {
    const pass = this.#start("forward", ids, attentionMask, options);
    checkTensor("Seq2SeqLanguageModel.forward", "decoderIds", decoderIds, "[B, T]", "int32");
    return tidy(() => this.#decode(decoderIds, this.#encode(ids as tf.Tensor2D, attentionMask as tf.Tensor2D, pass), {}, pass));
  }

  /**
   * Computes the mean cross-entropy of a batch's target tokens.
   *
   * @param inputs those of {@link forward}, and the labels
   * @param inputs.labels [B, T] int32, -100 at positions that do not count
   * @param options label smoothing, and a random stream while training
   */
  loss(
    inputs: Seq2SeqInputs & { readonly labels: tf.Tensor },
    { labelSmoothing = 0, ...options }: LossOptions = {},
  ): tf.Scalar {
    return tf.tidy(() => meanTokenLoss(this.forward(inputs, options).logits, inputs.labels, labelSmoothing));
  }

  encode(ids: tf.Tensor, attentionMask?: tf.Tensor, options: PassOptions = {}): Memory {
    const pass = this.#start("encode", ids, attentionMask, options);
    return this.#encode(ids as tf.Tensor2D, attentionMask as tf.Tensor2D | undefined, pass);
  }

  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.decoder.windows });
  }

  decode(ids: tf.Tensor, memory: Memory, options: TargetOptions = {}): { logits: tf.Tensor3D } {
    checkRecord("Seq2SeqLanguageModel.decode", "options", options);
    const { cache, ...passed } = options;
    const pass = this.#start("decode", ids, undefined, passed);
    return this.#decode(ids as tf.Tensor2D, memory, { cache }, pass);
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #start(method: string, ids: tf.Tensor, attentionMask: tf.Tensor | undefined, options: PassOptions): Pass {
    const who = `Seq2SeqLanguageModel.${method}`;
    this.params.checkInUse(who);
    checkTensor(who, "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor(who, "attentionMask", attentionMask, "[B, S]", "bool");
    return createPass(who, options, this);
  }

  #encode(ids: tf.Tensor2D, attentionMask: tf.Tensor2D | undefined, pass: Pass): Memory {
    return tidy(() => {
      const mask = attentionMask && keyMask(attentionMask);
      const encoded = this.#run("encoder", ids, { mask }, pass);
      const keyValues = this.decoder.layers.map((layer, i) =>
        (layer.crossAttn as MultiHeadAttention).project(encoded, {}, pass.at("decoder", "layers", i, "crossAttn")),
      );
      return { keyValues, ...(mask && { mask }) };
    });
  }

  #decode(ids: tf.Tensor2D, memory: Memory, { cache }: Pick<TargetOptions, "cache">, pass: Pass): Seq2SeqOutput {
    return stepOf(cache, () => {
      const inputs = { cache, memory: memory.keyValues, memoryMask: memory.mask };
      return { logits: this.#logits(this.#run("decoder", ids, inputs, pass), pass) };
    });
  }

  /** [B, L] -> [B, L, E] */
  #run(side: "encoder" | "decoder", ids: tf.Tensor2D, inputs: StackInputs, pass: Pass): tf.Tensor3D {
    const { dropout: rate = 0 } = this.#spec;
    const at = pass.at(side);
    const x = at.tap("embeddings", dropout(this.shared.forward(ids), rate, pass.random));
    return dropout(this[side].forward(x, inputs, at), rate, pass.random);
  }

  /** [B, T, E] -> [B, T, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    const { outputScale } = this.#spec;
    const scaled: tf.Tensor3D = outputScale === undefined ? x : tf.mul(x, outputScale);
    return pass.tap("logits", this.lmHead?.forward(scaled) ?? (linear(scaled, this.shared.weight) as tf.Tensor3D));
  }
}
