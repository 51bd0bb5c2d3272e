import {
  type AttentionStages,
  keyMask,
  type KeyValue,
  LearnedPositions,
  lengthOf,
  type PositionsOfBatch,
  type TokenPositions,
} from "@qkv/attention";
import { checkRecord, checkTensor, crossEntropy, linear } from "@qkv/ops";
import {
  checkModule,
  dropout,
  Embedding,
  LayerNorm,
  Linear,
  normal,
  type Params,
  type RandomStream,
  RMSNorm,
  tidy,
} from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalModel, CausalGenerationDefaults, DecodeOptions } from "../causalModel.ts";
import { headMaskOf } from "../../layers/headMasks.ts";
import type { DecoderPast } from "../seq2seq.ts";
import type { ForwardOptions } from "../outputs.ts";
import type { CausalConfig } from "./config.ts";
import { CausalLayer } from "./layer.ts";

/** A batch of texts. */
export interface CausalInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor;
  /** [B, L] bool, false at padding: nobody sees it. Positions are counted with it. */
  readonly keep?: tf.Tensor | undefined;
}

/** What one pass of a decoder-only model gives. The lists are empty unless asked for. */
export interface CausalOutput {
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
  /** [B, L, E], after the last norm */
  readonly lastHiddenState: tf.Tensor3D;
  /** The embeddings, then each layer's output, the last one's after the last norm, all [B, L, E] */
  readonly hiddenStates: readonly tf.Tensor3D[];
  /** [B, H, L, L] for each layer */
  readonly attentions: readonly tf.Tensor4D[];
  /** Scores, masked scores and weights of `attentions`, with `attentions: "stages"` */
  readonly attentionStages: readonly AttentionStages[];
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
  readonly layers: readonly CausalLayer[];
  readonly norm: LayerNorm | RMSNorm;
  /** Absent if the output layer is tied to the embedding. */
  readonly lmHead?: Linear;

  constructor(params: Params, config: CausalConfig) {
    checkModule("CausalLanguageModel", params, { config });
    const { vocabSize, dModel, numLayers, maxPositions, rotary, eosTokenIds } = config;
    const init = normal(config.initializerRange);
    this.embedding = new Embedding(params.at("embedding"), vocabSize, dModel, init);
    if (rotary === undefined) this.positions = new LearnedPositions(params.at("positions"), maxPositions, dModel, init);
    this.layers = Array.from({ length: numLayers }, (_, i) => new CausalLayer(params.at("layers", i), config, i));
    const Norm = config.norm === "layerNorm" ? LayerNorm : RMSNorm;
    this.norm = new Norm(params.at("norm"), dModel, { eps: config.normEps });
    if (!config.tieWordEmbeddings)
      this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { bias: false, init });
    this.params = params;
    this.config = config;
    this.generation = { eosTokenId: eosTokenIds, maxPositions, vocabSize };
  }

  /** Logits for what follows each position, and whatever else is asked for. All tensors are the caller's. */
  forward({ ids, keep }: CausalInputs, options: ForwardOptions = {}): CausalOutput {
    this.params.checkInUse("CausalLanguageModel.forward");
    checkRecord("CausalLanguageModel.forward", "options", options);
    checkTensor("CausalLanguageModel.forward", "ids", ids, "[B, L]", "int32");
    if (keep !== undefined) checkTensor("CausalLanguageModel.forward", "keep", keep, "[B, L]", "bool");
    return tidy(() => {
      const { past: _, ...output } = this.#run(ids, undefined, keep, options);
      return { ...output, logits: this.#logits(output.lastHiddenState) };
    });
  }

  /**
   * The mean cross-entropy of a batch's next tokens.
   *
   * @param labels [B, L] int32, what follows each position; -100 where it does not count
   */
  loss(
    inputs: CausalInputs & { readonly labels: tf.Tensor },
    {
      labelSmoothing = 0,
      random,
    }: { readonly labelSmoothing?: number; readonly random?: RandomStream | undefined } = {},
  ): tf.Scalar {
    return tf.tidy(() => {
      const { logits } = this.forward(inputs, { random });
      const rows = tf.reshape(logits, [-1, this.config.vocabSize]) as tf.Tensor2D;
      const losses = crossEntropy(rows, tf.reshape(inputs.labels, [-1]) as tf.Tensor1D, { labelSmoothing }); // [B * L]
      const count = tf.sum(tf.cast(tf.notEqual(inputs.labels, -100), "float32"));
      return tf.div(tf.sum(losses), tf.maximum(count, 1)) as tf.Scalar;
    });
  }

  decode(
    ids: tf.Tensor,
    past?: DecoderPast,
    { headMasks, keep, ...places }: Pick<ForwardOptions, "headMasks"> & DecodeOptions = {},
  ): { logits: tf.Tensor3D; past: DecoderPast } {
    this.params.checkInUse("CausalLanguageModel.decode");
    checkTensor("CausalLanguageModel.decode", "ids", ids, "[B, L]", "int32");
    return tidy(() => {
      const output = this.#run(ids, past, keep, { headMasks }, places);
      const [batch, length, width] = output.lastHiddenState.shape;
      const last = tf.slice(output.lastHiddenState, [0, length - 1, 0], [batch, 1, width]);
      return { logits: this.#logits(last), past: output.past };
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

  #run(
    ids: tf.Tensor2D,
    past: DecoderPast | undefined,
    keep: tf.Tensor2D | undefined,
    { random, hiddenStates, attentions, headMasks }: ForwardOptions,
    places: TokenPositions = {},
  ): Omit<CausalOutput, "logits"> & { past: DecoderPast } {
    const options = { random, returnWeights: attentions, ...(keep && { mask: keyMask(keep) }), ...places };
    let x = this.#embed(ids, places.positions ?? (past?.[0] ? lengthOf(past[0]) : 0), random);
    const states = [x];
    const weights: tf.Tensor4D[] = [];
    const stages: AttentionStages[] = [];
    const seen: KeyValue[] = [];
    for (const [i, layer] of this.layers.entries()) {
      const step = layer.forward(x, past?.[i], { ...options, headMask: headMaskOf(headMasks?.decoder, i) });
      x = step.output;
      states.push(x);
      seen.push(step.past);
      if (step.weights) weights.push(step.weights);
      if (step.stages) stages.push(step.stages);
    }
    const lastHiddenState = this.norm.forward(x);
    return {
      lastHiddenState,
      hiddenStates: hiddenStates ? [...states.slice(0, -1), lastHiddenState] : [],
      attentions: weights,
      attentionStages: stages,
      past: seen,
    };
  }

  #embed(ids: tf.Tensor2D, at: PositionsOfBatch, random: RandomStream | undefined): tf.Tensor3D {
    const tokens = this.embedding.forward(ids); // [B, L, E]
    return dropout(this.#place(tokens, at), this.config.embeddingDropout, random);
  }

  /** [B, L, E], with the learned vectors of their positions if there are any. */
  #place(tokens: tf.Tensor3D, at: PositionsOfBatch): tf.Tensor3D {
    if (this.positions === undefined) return tokens;
    const vectors = typeof at === "number" ? this.positions.forward(tokens.shape[1], at) : this.positions.at(at);
    return tf.add(tokens, vectors);
  }

  /** [B, L, E] -> [B, L, V] */
  #logits(x: tf.Tensor3D): tf.Tensor3D {
    return linear(x, this.lmHead?.weight ?? this.embedding.weight) as tf.Tensor3D;
  }
}
