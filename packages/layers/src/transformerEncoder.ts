import * as tf from "@tensorflow/tfjs-core";
import { all, ofKeys, ofPairs, ofQueries } from "./attentionMasks.ts";
import type { Call, CallSignature } from "./callableLayer.ts";
import { firstMask, maskOfOutputs } from "./impliedMask.ts";
import type { ProjectedAttention } from "./projectedAttention.ts";
import type { Normalization } from "./projection.ts";
import { type Shape, shapesOf, widthOf } from "./shapes.ts";
import { TransformerLayer } from "./transformerLayer.ts";

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
export class TransformerEncoder extends TransformerLayer {
  static readonly className = "TransformerEncoder";

  /** @internal */
  protected readonly signature: CallSignature = {
    ...{ inputs: ["inputs"], required: 1, tensors: ["paddingMask", "attentionMask"], implied: {} },
    values: { returnAttentionScores: "boolean" },
  };

  #parts: Parts | undefined;
  #givesScores = false;

  override build(inputShape: Shape | Shape[]): void {
    const [width = 0] = this.inARow(shapesOf(inputShape)).map((shape) => widthOf(WHO, shape));
    const parts = this.partsOf(width);
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
    return [x, [x[0] ?? null, this.options.numHeads, x[1] ?? null, x[1] ?? null]];
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return maskOfOutputs(firstMask(inputs, mask), this.#givesScores);
  }

  /** @internal */
  protected compute(call: Call): tf.Tensor | tf.Tensor[] {
    const [x] = call.inputs;
    if (!x || !this.#parts) throw new Error(`${WHO}: expected to be built, got a call before`);
    const { attention, attentionNorm, feedForwardNorm, feedForward } = this.#parts;
    const random = this.randomOf(call);
    const options = {
      mask: this.#maskOf(call, x),
      returnScores: call.values["returnAttentionScores"] === true,
      random,
    };
    let scores: tf.Tensor | undefined;
    const attended = this.residual(x, attentionNorm, random, (x) => {
      const given = attention.attend(x, x, x, options);
      ({ scores } = given);
      return given.output;
    });
    const output = this.residual(attended, feedForwardNorm, random, feedForward);
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
