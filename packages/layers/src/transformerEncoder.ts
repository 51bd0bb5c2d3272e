import { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { all, ofKeys, ofPairs, ofQueries } from "./attentionMasks.ts";
import { type Call, CallableLayer, type CallSignature } from "./callableLayer.ts";
import type { Config } from "./configChecks.ts";
import { firstMask, maskOfOutputs } from "./impliedMask.ts";
import type { ProjectedAttention } from "./projectedAttention.ts";
import type { Normalization } from "./projection.ts";
import { type ProjectionSettings, projectionSettings } from "./projectionSettings.ts";
import { type Shape, shapesOf, widthOf } from "./shapes.ts";
import { type TransformerConfig, type TransformerOptions, transformerOptions } from "./transformerConfig.ts";
import { residual, TransformerParts } from "./transformerParts.ts";

/** Self-attention and a feed-forward part. */
interface Parts {
  readonly attention: ProjectedAttention;
  readonly attentionNorm: Normalization;
  readonly feedForwardNorm: Normalization;
  readonly feedForward: (x: tf.Tensor) => tf.Tensor;
}

/**
 * KerasHub's `TransformerEncoder`: one layer of an encoder ("Attention Is All You Need", section 3.1).
 *
 * `apply(x)`, [B, L, E] -> [B, L, E], with `{ paddingMask, attentionMask, returnAttentionScores }`. Variables:
 * self_attention_layer, self_attention_layer_norm, feedforward_layer_norm, feedforward_intermediate_dense,
 * feedforward_output_dense.
 */
export class TransformerEncoder extends CallableLayer {
  static readonly className = "TransformerEncoder";

  /** @internal */
  protected readonly signature: CallSignature = {
    ...{ inputs: ["inputs"], required: 1, tensors: ["paddingMask", "attentionMask"], implied: {} },
    values: { returnAttentionScores: "boolean" },
  };

  readonly #options: TransformerOptions;
  readonly #settings: ProjectionSettings;
  readonly #random = new RandomStream(Math.floor(Math.random() * 2 ** 32));
  #parts: Parts | undefined;
  #givesScores = false;

  constructor(config: TransformerConfig) {
    super(config);
    this.#options = transformerOptions(WHO, config as unknown as Config);
    this.#settings = projectionSettings(WHO, config as unknown as Config);
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const [width = 0] = this.inARow(shapesOf(inputShape)).map((shape) => widthOf(WHO, shape));
    const given = { options: this.#options, settings: this.#settings, width };
    const parts = new TransformerParts(WHO, this.addVariable, given);
    // In the order of KerasHub's variables.
    this.#parts = {
      attention: parts.attention("self_attention_layer", width),
      attentionNorm: parts.norm("self_attention_layer_norm"),
      feedForwardNorm: parts.norm("feedforward_layer_norm"),
      feedForward: parts.feedForward(),
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [x = []] = shapesOf(inputShape);
    if (this.valueInGraph("returnAttentionScores") !== true) return x;
    return [x, [x[0] ?? null, this.#options.numHeads, x[1] ?? null, x[1] ?? null]];
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return maskOfOutputs(firstMask(inputs, mask), this.#givesScores);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelInitializer = null, biasInitializer = null } = this.#settings.config;
    return { ...super.getConfig(), ...this.#options, kernelInitializer, biasInitializer };
  }

  /** @internal */
  protected compute(call: Call): tf.Tensor | tf.Tensor[] {
    const [x] = call.inputs;
    if (!x || !this.#parts) throw new Error(`${WHO}: expected to be built, got a call before`);
    const { attention, attentionNorm, feedForwardNorm, feedForward } = this.#parts;
    const random = call.training ? this.#random : undefined;
    const options = {
      mask: this.#maskOf(call, x),
      returnScores: call.values["returnAttentionScores"] === true,
      random,
    };
    let scores: tf.Tensor | undefined;
    const attended = residual(x, attentionNorm, this.#options, random, (x) => {
      const given = attention.attend(x, x, x, options);
      ({ scores } = given);
      return given.output;
    });
    const output = residual(attended, feedForwardNorm, this.#options, random, feedForward);
    this.#givesScores = scores !== undefined;
    return scores === undefined ? output : [output, scores];
  }

  // A mask that the input carries hides queries too in KerasHub, and counts beside a padding mask that is given.
  #maskOf({ tensors: { paddingMask, attentionMask }, carried }: Call, x: tf.Tensor): tf.Tensor | undefined {
    const [batch = 0, length = 0] = x.shape;
    const own = carried(0);
    return all([
      paddingMask && ofKeys(WHO, "paddingMask", paddingMask, [batch, length]),
      own && ofKeys(WHO, "the mask of the input", own, [batch, length]),
      own && ofQueries(WHO, "the mask of the input", own, [batch, length]),
      attentionMask && ofPairs(WHO, attentionMask, [batch, 1, length, length], { anyRank: false }),
    ]);
  }
}

const WHO = TransformerEncoder.className;

tf.serialization.registerClass(TransformerEncoder);
