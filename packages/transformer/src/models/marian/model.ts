import { checkRecord, checkTensor, crossEntropy, linear } from "@qkv/ops";
import { type AttentionStages, disposeKeyValues, keyMask, type KeyValue } from "@qkv/attention";
import {
  checkModule,
  Embedding,
  type Initializer,
  Linear,
  normal,
  type Params,
  type RandomStream,
  tidy,
} from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { DecoderLayer } from "../../layers/decoderLayer.ts";
import { EncoderLayer } from "../../layers/encoderLayer.ts";
import type { TransformerLayerConfig } from "../../layers/layerConfig.ts";
import { headMaskOf } from "../../layers/headMasks.ts";
import type { DecoderPast, GenerationDefaults, Memory, Seq2SeqModel } from "../seq2seq.ts";
import type { ForwardOptions, Seq2SeqInputs, Seq2SeqOutput, StackOutput } from "../outputs.ts";
import type { MarianConfig } from "./config.ts";
import { embedTokens } from "./embedding.ts";

/** The encoder half, or the decoder half, of a {@link MarianModel}: an embedding and layers. */
export class MarianStack<Layer> {
  readonly embedding: Embedding;
  readonly layers: readonly Layer[];

  constructor(embedding: Embedding, layers: readonly Layer[]) {
    this.embedding = embedding;
    this.layers = layers;
  }
}

/** A post-norm encoder-decoder with sinusoidal positions: `MarianMTModel` of Hugging Face transformers. */
export class MarianModel implements Seq2SeqModel {
  readonly config: MarianConfig;
  readonly generation: GenerationDefaults;
  readonly params: Params;

  /** The one table of both vocabularies, if they are shared. */
  readonly shared?: Embedding;
  readonly encoder: MarianStack<EncoderLayer>;
  readonly decoder: MarianStack<DecoderLayer>;
  /** Absent if the output layer is tied to the decoder's embedding. */
  readonly lmHead?: Linear;
  /** [1, V], not trained */
  readonly finalLogitsBias: tf.Variable<tf.Rank.R2>;

  constructor(params: Params, config: MarianConfig) {
    checkModule("MarianModel", params, { config });
    const { vocabSize, decoderVocabSize, dModel, encoderLayers, decoderLayers } = config;
    const table = padAtZero(config.padTokenId, normal(dModel ** -0.5));
    if (config.shareEncoderDecoderEmbeddings)
      this.shared = new Embedding(params.at("shared"), vocabSize, dModel, table);
    const embed = (side: string, size: number) =>
      this.shared ?? new Embedding(params.at(side, "embedding"), size, dModel, table);

    const layer = {
      ...config,
      normOrder: "post",
      layerNormEps: 1e-5, // torch.nn.LayerNorm's default: Marian's config has no field for it
    } as const satisfies Partial<TransformerLayerConfig>;
    const encoderLayer = { ...layer, numHeads: config.encoderHeads, ffnDim: config.encoderFfnDim };
    const decoderLayer = { ...layer, numHeads: config.decoderHeads, ffnDim: config.decoderFfnDim };

    this.encoder = new MarianStack(
      embed("encoder", vocabSize),
      Array.from({ length: encoderLayers }, (_, i) => new EncoderLayer(params.at("encoder.layers", i), encoderLayer)),
    );
    this.decoder = new MarianStack(
      embed("decoder", decoderVocabSize),
      Array.from({ length: decoderLayers }, (_, i) => new DecoderLayer(params.at("decoder.layers", i), decoderLayer)),
    );
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, decoderVocabSize, { bias: false });
    this.finalLogitsBias = params.buffer<tf.Rank.R2>("finalLogitsBias", [1, decoderVocabSize]);
    this.params = params;
    this.config = config;
    this.generation = { ...config, eosTokenId: config.eosTokenIds ?? config.eosTokenId };
  }

  /** Logits for every target position at once, and whatever else is asked for. All tensors are the caller's. */
  forward({ ids, keep, decoderIds }: Seq2SeqInputs, options: ForwardOptions = {}): Seq2SeqOutput {
    this.params.checkInUse("MarianModel.forward");
    checkRecord("MarianModel.forward", "options", options);
    checkTensor("MarianModel.forward", "ids", ids, "[B, S]", "int32");
    if (keep !== undefined) checkTensor("MarianModel.forward", "keep", keep, "[B, S]", "bool");
    checkTensor("MarianModel.forward", "decoderIds", decoderIds, "[B, T]", "int32");
    return tidy(() => {
      const encoder = this.#runEncoder(ids, keep, options);
      const memory = this.#remember(encoder.lastHiddenState, keep);
      const { past, ...decoder } = this.#runDecoder(decoderIds, memory, undefined, options);
      disposeKeyValues(past);
      return { logits: this.#logits(decoder.lastHiddenState), encoder, decoder };
    });
  }

  /**
   * The mean cross-entropy of a batch's target tokens.
   *
   * @param inputs what {@link forward} takes, and the answers
   * @param inputs.labels [B, T] int32, -100 at positions that do not count
   * @param options label smoothing, and a random stream while training
   * @throws RangeError if the shapes do not fit
   */
  loss(
    inputs: Seq2SeqInputs & { readonly labels: tf.Tensor },
    {
      labelSmoothing = 0,
      random,
    }: { readonly labelSmoothing?: number; readonly random?: RandomStream | undefined } = {},
  ): tf.Scalar {
    return tf.tidy(() => {
      const { logits } = this.forward(inputs, { random });
      const rows = tf.reshape(logits, [-1, this.config.decoderVocabSize]) as tf.Tensor2D;
      const labels = tf.reshape(inputs.labels, [-1]) as tf.Tensor1D;
      const losses = crossEntropy(rows, labels, { labelSmoothing }); // [B * T]
      const count = tf.sum(tf.cast(tf.notEqual(labels, -100), "float32"));
      return tf.div(tf.sum(losses), tf.maximum(count, 1)) as tf.Scalar;
    });
  }

  encode(ids: tf.Tensor, keep?: tf.Tensor, options: Pick<ForwardOptions, "headMasks"> = {}): Memory {
    this.params.checkInUse("MarianModel.encode");
    checkRecord("MarianModel.encode", "options", options);
    checkTensor("MarianModel.encode", "ids", ids, "[B, S]", "int32");
    if (keep !== undefined) checkTensor("MarianModel.encode", "keep", keep, "[B, S]", "bool");
    return tidy(() => {
      const { lastHiddenState } = this.#runEncoder(ids, keep, options);
      return this.#remember(lastHiddenState, keep);
    });
  }

  decode(
    ids: tf.Tensor,
    memory: Memory,
    past?: DecoderPast,
    options: Pick<ForwardOptions, "headMasks"> = {},
  ): { logits: tf.Tensor3D; past: DecoderPast } {
    this.params.checkInUse("MarianModel.decode");
    checkRecord("MarianModel.decode", "options", options);
    checkTensor("MarianModel.decode", "ids", ids, "[B, T]", "int32");
    return tidy(() => {
      const decoded = this.#runDecoder(ids, memory, past, options);
      return { logits: this.#logits(decoded.lastHiddenState), past: decoded.past };
    });
  }

  /** Lets go of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #runEncoder(ids: tf.Tensor2D, keep: tf.Tensor2D | undefined, options: ForwardOptions): StackOutput {
    const { random, hiddenStates, attentions, headMasks } = options;
    const layerOptions = { random, returnWeights: attentions, ...(keep && { mask: keyMask(keep) }) };
    let x = embedTokens(ids, this.encoder.embedding, this.config, { random });
    const states = [x];
    const weights: tf.Tensor4D[] = [];
    const stages: AttentionStages[] = [];
    for (const [i, layer] of this.encoder.layers.entries()) {
      const headMask = headMaskOf(headMasks?.encoder, i);
      const { output, selfWeights, selfStages } = layer.forward(x, { ...layerOptions, headMask });
      x = output;
      states.push(x);
      if (selfWeights) weights.push(selfWeights);
      if (selfStages) stages.push(selfStages);
    }
    return {
      lastHiddenState: x,
      hiddenStates: hiddenStates ? states : [],
      ...{ attentions: weights, crossAttentions: [], attentionStages: stages, crossAttentionStages: [] },
    };
  }

  #runDecoder(
    ids: tf.Tensor2D,
    memory: Memory,
    past: DecoderPast | undefined,
    { random, hiddenStates, attentions, headMasks }: ForwardOptions,
  ): StackOutput & { past: DecoderPast } {
    const layerOptions = { random, returnWeights: attentions, memoryMask: memory.mask };
    const offset = past?.[0]?.keys.shape[2] ?? 0;
    let x = embedTokens(ids, this.decoder.embedding, this.config, { offset, random });
    const states = [x];
    const weights: tf.Tensor4D[] = [];
    const crossWeights: tf.Tensor4D[] = [];
    const stages: AttentionStages[] = [];
    const crossStages: AttentionStages[] = [];
    const seen: KeyValue[] = [];
    for (const [i, layer] of this.decoder.layers.entries()) {
      const step = layer.forward(x, memory.keyValues[i] as KeyValue, past?.[i], {
        ...layerOptions,
        headMask: headMaskOf(headMasks?.decoder, i),
        memoryHeadMask: headMaskOf(headMasks?.cross, i),
      });
      x = step.output;
      states.push(x);
      seen.push(step.past);
      if (step.selfWeights) weights.push(step.selfWeights);
      if (step.crossWeights) crossWeights.push(step.crossWeights);
      if (step.selfStages) stages.push(step.selfStages);
      if (step.crossStages) crossStages.push(step.crossStages);
    }
    return {
      lastHiddenState: x,
      hiddenStates: hiddenStates ? states : [],
      attentions: weights,
      crossAttentions: crossWeights,
      attentionStages: stages,
      crossAttentionStages: crossStages,
      past: seen,
    };
  }

  #remember(encoded: tf.Tensor3D, keep: tf.Tensor2D | undefined): Memory {
    const keyValues = this.decoder.layers.map((layer) => layer.crossAttn.project(encoded));
    return { keyValues, ...(keep && { mask: keyMask(keep) }) };
  }

  /** [B, T, E] -> [B, T, V] */
  #logits(x: tf.Tensor3D): tf.Tensor3D {
    const weight = this.lmHead?.weight ?? this.decoder.embedding.weight;
    return linear(x, weight, tf.reshape(this.finalLogitsBias, [-1])) as tf.Tensor3D;
  }
}

/** Starts the padding token's row at zero, as torch.nn.Embedding does. */
function padAtZero(padTokenId: number, init: Initializer): Initializer {
  return (shape, seed) =>
    tf.tidy(() => {
      const isPad = tf.expandDims(tf.equal(tf.range(0, shape[0] ?? 0), padTokenId), 1);
      return tf.where(tf.broadcastTo(isPad, shape), 0, init(shape, seed));
    });
}
