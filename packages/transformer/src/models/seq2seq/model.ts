import { type CacheSize, createCache, type KeyValueCache, stepOf } from "@qkv/attention";
import { checkModule, createPass, type Embedding, Linear, type Params, Pass, type PassOptions, tidy } from "@qkv/nn";
import { checkRecord, checkTensor, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { asBuilt } from "../../block/asBuilt.ts";
import { type DecoderDescription, OUTPUT_CHANGED, OWN_DECODE } from "../decoderDescription.ts";
import { type LossOptions, meanTokenLoss } from "../meanTokenLoss.ts";
import type { Seq2SeqInputs, Seq2SeqOutput } from "../outputs.ts";
import type { GenerationDefaults, Memory, Seq2SeqModel, TargetOptions } from "../seq2seq.ts";
import type { Seq2SeqConfig, Seq2SeqSpec } from "./config.ts";
import { EncoderDecoder } from "./encoderDecoder.ts";
import type { Seq2SeqSide } from "./side.ts";

/** An encoder-decoder of any family that describes it as a {@link Seq2SeqSpec}. */
export class Seq2SeqLanguageModel<Config extends Seq2SeqConfig = Seq2SeqConfig> implements Seq2SeqModel {
  readonly config: Config;
  /** The model as data. */
  readonly spec: Seq2SeqSpec;
  readonly generation: GenerationDefaults;
  readonly params: Params;

  /** The embedding of both sides; absent if each has its own. */
  readonly shared?: Embedding;
  readonly encoder: Seq2SeqSide;
  readonly decoder: Seq2SeqSide;
  /** Absent if the output layer is tied to the decoder's embedding. */
  readonly lmHead?: Linear;
  /** [1, V], not trained; absent if nothing is added to the logits. */
  readonly finalLogitsBias?: tf.Variable<tf.Rank.R2>;

  readonly #body: EncoderDecoder;
  readonly #isAsBuilt: () => boolean;

  constructor(params: Params, config: Config, spec: Seq2SeqSpec) {
    checkModule("Seq2SeqLanguageModel", params, { config, spec });
    const { vocabSize, decoderVocabSize = vocabSize, dModel } = config;
    const { headInit } = spec;
    this.#body = new EncoderDecoder(params, config, spec);
    if (this.#body.shared !== undefined) this.shared = this.#body.shared;
    this.encoder = this.#body.encoder;
    this.decoder = this.#body.decoder;
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, decoderVocabSize, {
        bias: false,
        ...(headInit && { init: headInit }),
      });
    if (spec.finalLogitsBias === true)
      this.finalLogitsBias = params.buffer<tf.Rank.R2>("finalLogitsBias", [1, decoderVocabSize]);
    this.#isAsBuilt = asBuilt({ embedding: this.decoder.embedding, lmHead: this.lmHead });
    this.params = params;
    this.config = config;
    this.spec = spec;
    this.generation = generationDefaults(config, spec);
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...this.#body.activations, "logits"];
  }

  /** Computes the logits of every target position; the caller owns them. */
  forward({ ids, attentionMask, decoderIds }: Seq2SeqInputs, options: PassOptions = {}): Seq2SeqOutput {
    const pass = this.#start("forward", ids, attentionMask, options);
    checkTensor("Seq2SeqLanguageModel.forward", "decoderIds", decoderIds, "[B, T]", "int32");
    const keep = attentionMask as tf.Tensor2D | undefined;
    return tidy(() =>
      this.#decode(decoderIds, this.#body.encode(ids as tf.Tensor2D, keep, pass), undefined, pass),
    );
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
    const pass = this.#start("encode", ids, attentionMask, options);
    return this.#body.encode(ids as tf.Tensor2D, attentionMask as tf.Tensor2D | undefined, pass);
  }

  createCache(size: CacheSize = {}): KeyValueCache {
    return createCache({ ...size, windows: this.decoder.windows });
  }

  decode(ids: tf.Tensor, memory: Memory, options: TargetOptions = {}): { logits: tf.Tensor3D } {
    checkRecord("Seq2SeqLanguageModel.decode", "options", options);
    const { cache, ...passed } = options;
    const pass = this.#start("decode", ids, undefined, passed);
    return this.#decode(ids as tf.Tensor2D, memory, cache, pass);
  }

  /**
   * Computes the logits of hidden states as if the decoder had given them; the caller owns them.
   *
   * @param x [B, T, E]
   * @returns [B, T, V]
   */
  logitsOf(x: tf.Tensor): tf.Tensor3D {
    this.params.checkInUse("Seq2SeqLanguageModel.logitsOf");
    checkTensor("Seq2SeqLanguageModel.logitsOf", "x", x, "[B, T, E]");
    return tf.tidy(() => this.#logits(x, Pass.plain));
  }

  describeDecoder(): DecoderDescription | string {
    if (this.decode !== Seq2SeqLanguageModel.prototype.decode) return OWN_DECODE;
    if (!this.#isAsBuilt()) return OUTPUT_CHANGED;
    const body = this.decoder.describe();
    if (typeof body === "string") return body;
    const { outputScale } = this.spec;
    const bias = this.finalLogitsBias && tf.reshape(this.finalLogitsBias, [-1]);
    if (outputScale !== undefined && bias !== undefined) return "the decoder's output is scaled before a bias is added";
    return {
      ...body,
      isCurrent: () => body.isCurrent() && this.#isAsBuilt(),
      weights: { ...body.weights, head: { weight: (this.lmHead ?? this.decoder.embedding).weight, bias } },
      attrs: { ...body.attrs, logitScale: outputScale, logitSoftcap: undefined },
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

  #start(method: string, ids: tf.Tensor, attentionMask: tf.Tensor | undefined, options: PassOptions): Pass {
    const who = `Seq2SeqLanguageModel.${method}`;
    this.params.checkInUse(who);
    checkTensor(who, "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor(who, "attentionMask", attentionMask, "[B, S]", "bool");
    return createPass(who, options, this);
  }

  #decode(ids: tf.Tensor2D, memory: Memory, cache: KeyValueCache | undefined, pass: Pass): Seq2SeqOutput {
    return stepOf(cache, () => ({ logits: this.#logits(this.#body.decode(ids, memory, cache, pass), pass) }));
  }

  /** [B, T, E] -> [B, T, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    const { outputScale } = this.spec;
    const scaled = outputScale === undefined ? x : tf.mul(x, outputScale);
    const bias = this.finalLogitsBias && tf.reshape(this.finalLogitsBias, [-1]);
    const head = this.lmHead?.forward(scaled);
    const logits = head ? addTo(head, bias) : linear(scaled, this.decoder.embedding.weight, bias);
    return pass.tap("logits", logits as tf.Tensor3D);
  }
}

function addTo(x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return bias === undefined ? x : tf.add(x, bias);
}

/** What a config says of generation: of counted positions there is no last one. */
function generationDefaults(config: Seq2SeqConfig & { readonly maxPositions?: number }, { positions }: Seq2SeqSpec): GenerationDefaults {
  const { maxPositions, ...defaults } = config;
  return {
    ...defaults,
    ...(positions?.kind !== "counted" && maxPositions !== undefined && { maxPositions }),
    eosTokenId: config.eosTokenIds ?? config.eosTokenId,
  };
}
