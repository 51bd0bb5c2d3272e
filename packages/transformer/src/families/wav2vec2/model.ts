import { keyMask } from "@qkv/attention";
import { checkModule, createPass, dropout, LayerNorm, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn"; // prettier-ignore
import { checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import type { BlockSpec } from "../../block/spec.ts";
import { Stack } from "../../block/stack.ts";
import type { Wav2Vec2Config } from "./config.ts";
import { FeatureEncoder } from "./featureEncoder.ts";
import { PositionConvolution } from "./positionConvolution.ts";

/** Sounds of a batch. */
export interface WaveformInputs {
  /** [B, L] float32, padded at the end with zeros */
  readonly samples: tf.Tensor;
  /** [B, L], true or 1 at samples and false or 0 at padding. Default all samples. */
  readonly attentionMask?: tf.Tensor | undefined;
}

/**
 * Speech to characters by connectionist temporal classification: `Wav2Vec2ForCTC` and `HubertForCTC` of Hugging Face transformers.
 */
export class SpeechCtcModel {
  readonly config: Wav2Vec2Config;
  readonly params: Params;
  readonly features: FeatureEncoder;
  readonly projectionNorm: LayerNorm;
  readonly projection: Linear;
  readonly positions: PositionConvolution;
  readonly norm: LayerNorm;
  readonly layers: readonly Block[];
  readonly lmHead: Linear;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #stack: Stack;

  constructor(params: Params, config: Wav2Vec2Config) {
    checkModule("SpeechCtcModel", params, { config });
    const { dModel, vocabSize, normEps, convolutions, initializerRange } = config;
    const [init, featureDim] = [normal(initializerRange), convolutions.at(-1)?.dim ?? 1];
    const blocks = Array<BlockSpec>(config.numLayers).fill(blockOf(config));
    this.features = new FeatureEncoder(params.at("features"), config);
    this.projectionNorm = new LayerNorm(params.at("projectionNorm"), featureDim, { eps: normEps });
    this.projection = new Linear(params.at("projection"), featureDim, dModel, { init });
    this.positions = new PositionConvolution(params.at("positions"), config);
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: normEps });
    this.#stack = new Stack(params, blocks);
    this.layers = this.#stack.layers;
    this.lmHead = new Linear(params.at("lmHead"), dModel, vocabSize, { init });
    this.params = params;
    this.config = config;
    this.activations = ["features", "embeddings", ...stackActivations(blocks), "lastHiddenState", "logits"];
  }

  /** The number of steps of the logits of a sound, from its number of samples. */
  lengthOf(samples: number): number {
    return this.features.lengthOf(samples);
  }

  /** The number of samples from step to step. */
  get stride(): number {
    return this.config.convolutions.reduce((product, { stride }) => product * stride, 1);
  }

  /**
   * Scores the characters at each step of a batch of sounds.
   *
   * @returns logits [B, T, V]; the caller owns them
   * @throws RangeError for a sound that is too short for one step
   */
  forward({ samples, attentionMask }: WaveformInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    checkRecord("SpeechCtcModel.forward", "options", options);
    this.params.checkInUse("SpeechCtcModel.forward");
    const pass = createPass("SpeechCtcModel.forward", options, this);
    checkTensor("SpeechCtcModel.forward", "samples", samples, "[B, L]");
    const [batch, length] = samples.shape as [number, number];
    if (attentionMask !== undefined) {
      checkTensor("SpeechCtcModel.forward", "attentionMask", attentionMask, `[${batch}, ${length}]`);
    }
    if (this.lengthOf(length) < 1) {
      throw new RangeError(`SpeechCtcModel.forward: expected samples for at least one step, got ${length}`);
    }
    return tidy(() => {
      const { random } = pass;
      const drop = <T extends tf.Tensor>(x: T, rate: number): T => (random === undefined ? x : dropout(x, rate, random)) as T; // prettier-ignore
      const features = pass.tap("features", this.features.forward(samples as tf.Tensor2D));
      const { isPreNorm, dropout: rate, projectionDropout, finalDropout } = this.config;
      const projected = drop(this.projection.forward(this.projectionNorm.forward(features)), projectionDropout);
      const kept = attentionMask && this.#stepsOf(attentionMask, features.shape[1]);
      const visible = kept === undefined ? projected : silenced(projected, kept);
      const placed = tf.add(visible, this.positions.forward(visible)) as tf.Tensor3D;
      const x = pass.tap("embeddings", drop(isPreNorm ? placed : this.norm.forward(placed), rate));
      const y = this.#stack.forward(x, kept === undefined ? {} : { mask: keyMask(kept) }, pass);
      const last = pass.tap("lastHiddenState", isPreNorm ? this.norm.forward(y) : y);
      const logits = this.lmHead.forward(drop(last, finalDropout)) as tf.Tensor3D;
      return { logits: pass.tap("logits", logits) };
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

  /** Which steps have sound: [B, L] -> [B, T] bool */
  #stepsOf(attentionMask: tf.Tensor, steps: number): tf.Tensor2D {
    const lengths = this.features.lengthsOf(
      tf.cast(tf.sum(tf.cast(attentionMask, "int32"), 1), "float32") as tf.Tensor1D,
    );
    return tf.less(tf.range(0, steps, 1), tf.expandDims(lengths, 1)) as tf.Tensor2D;
  }
}

/** Zeros where a step has no sound. @param kept [B, T] bool */
function silenced(x: tf.Tensor3D, kept: tf.Tensor2D): tf.Tensor3D {
  return tf.where(tf.expandDims(kept, 2), x, tf.zerosLike(x));
}

function blockOf(config: Wav2Vec2Config): BlockSpec {
  return {
    dModel: config.dModel,
    norm: { kind: "layerNorm", eps: config.normEps, placement: config.isPreNorm ? "pre" : "post" },
    selfAttn: { numHeads: config.numHeads, dropout: config.attentionDropout },
    ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation },
    dropout: config.dropout,
    activationDropout: config.activationDropout,
    init: normal(config.initializerRange),
  };
}
