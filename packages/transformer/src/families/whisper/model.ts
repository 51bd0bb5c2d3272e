import { type CacheSize, createCache, type KeyValueCache, type MultiHeadAttention, stepOf } from "@qkv/attention";
import {
  checkModule,
  createPass,
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
import { type LossOptions, meanTokenLoss } from "../../models/meanTokenLoss.ts";
import type { Seq2SeqOutput } from "../../models/outputs.ts";
import { Seq2SeqSide } from "../../models/seq2seq/side.ts";
import type { GenerationDefaults, Memory, TargetOptions } from "../../models/seq2seq.ts";
import { AudioEncoder } from "./audioEncoder.ts";
import { whisperSpec } from "./block.ts";
import type { WhisperConfig } from "./config.ts";

/** A sound and the text that it is read with. */
export interface SpeechInputs {
  /** Log-mel spectrograms, [B, M, 2 S] */
  readonly features: tf.Tensor;
  /** [B, T] int32, the text shifted right by a start token */
  readonly decoderIds: tf.Tensor;
}

/** Speech to text: `WhisperForConditionalGeneration` of Hugging Face transformers. */
export class WhisperModel {
  readonly config: WhisperConfig;
  readonly generation: GenerationDefaults;
  readonly params: Params;
  readonly encoder: AudioEncoder;
  readonly decoder: Seq2SeqSide;
  /** Absent if the output layer is tied to the decoder's embedding. */
  readonly lmHead?: Linear;

  constructor(params: Params, config: WhisperConfig) {
    checkModule("WhisperModel", params, { config });
    const { vocabSize, dModel, initializerRange, eosTokenIds, eosTokenId } = config;
    const init = normal(initializerRange);
    const spec = whisperSpec(config);
    this.encoder = new AudioEncoder(params.at("encoder"), config, spec.encoder);
    const at = params.at("decoder");
    this.decoder = new Seq2SeqSide(at, new Embedding(at.at("embedding"), vocabSize, dModel, init), "decoder", spec);
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    this.params = params;
    this.config = config;
    this.generation = { ...config, eosTokenId: eosTokenIds ?? eosTokenId };
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    const sides = (["encoder", "decoder"] as const).flatMap((side) =>
      this[side].activations.map((name) => `${side}.${name}`),
    );
    return [...sides, "logits"];
  }

  /** Computes the logits of every position of the text; the caller owns them. */
  forward({ features, decoderIds }: SpeechInputs, options: PassOptions = {}): Seq2SeqOutput {
    const pass = this.#start("forward", options);
    checkTensor("WhisperModel.forward", "decoderIds", decoderIds, "[B, T]", "int32");
    return tidy(() => this.#decode(decoderIds, this.#encode("forward", features, pass), {}, pass));
  }

  /**
   * Computes the mean cross-entropy of a batch's tokens.
   *
   * @param inputs those of {@link forward}, and the labels: [B, T] int32, -100 where a token does not count
   */
  loss(
    inputs: SpeechInputs & { readonly labels: tf.Tensor },
    { labelSmoothing = 0, ...options }: LossOptions = {},
  ): tf.Scalar {
    return tf.tidy(() => meanTokenLoss(this.forward(inputs, options).logits, inputs.labels, labelSmoothing));
  }

  /** Reads a batch of sounds. @param features log-mel spectrograms, [B, M, 2 S] */
  encode(features: tf.Tensor, options: PassOptions = {}): Memory {
    return this.#encode("encode", features, this.#start("encode", options));
  }

  /** Creates an empty cache for {@link decode}; the caller disposes of it. */
  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.decoder.windows });
  }

  /**
   * Scores the next tokens of a batch of texts.
   *
   * @param ids [B, Q] int32, the tokens after those of the cache
   * @returns logits [B, Q, V]; the caller owns them
   */
  decode(ids: tf.Tensor, memory: Memory, options: TargetOptions = {}): { logits: tf.Tensor3D } {
    checkRecord("WhisperModel.decode", "options", options);
    checkTensor("WhisperModel.decode", "ids", ids, "[B, L]", "int32");
    const { cache, ...passed } = options;
    return this.#decode(ids as tf.Tensor2D, memory, { cache }, this.#start("decode", passed));
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #start(method: string, options: PassOptions): Pass {
    this.params.checkInUse(`WhisperModel.${method}`);
    return createPass(`WhisperModel.${method}`, options, this);
  }

  #encode(method: string, features: tf.Tensor, pass: Pass): Memory {
    const who = `WhisperModel.${method}`;
    checkTensor(who, "features", features, "[B, M, S]");
    return tidy(() => {
      const encoded = this.encoder.forward(who, features, pass.at("encoder"));
      const keyValues = this.decoder.layers.map((layer, i) =>
        (layer.crossAttn as MultiHeadAttention).project(encoded, {}, pass.at("decoder", "layers", i, "crossAttn")),
      );
      return { keyValues };
    });
  }

  #decode(ids: tf.Tensor2D, memory: Memory, { cache }: Pick<TargetOptions, "cache">, pass: Pass): Seq2SeqOutput {
    return stepOf(cache, () => {
      const inputs = { cache, memory: memory.keyValues };
      const x = this.decoder.forward(ids, inputs, pass.at("decoder"));
      const logits = this.lmHead?.forward(x) ?? linear(x, this.decoder.embedding.weight);
      return { logits: pass.tap("logits", logits as tf.Tensor3D) };
    });
  }
}
