import * as tf from "@tensorflow/tfjs-core";
import { all, ofKeys, ofPairs } from "./attentionMasks.ts";
import type { Call, CallSignature } from "./callableLayer.ts";
import { firstMask } from "./impliedMask.ts";
import type { ProjectedAttention } from "./projectedAttention.ts";
import type { Normalization } from "./projection.ts";
import { type Shape, shapesOf, widthOf } from "./shapes.ts";
import { TransformerLayer } from "./transformerLayer.ts";

/** Self-attention, attention to an encoder's output where the layer is built with one, and a feed-forward part. */
interface Parts {
  readonly selfAttention: ProjectedAttention;
  readonly selfNorm: Normalization;
  readonly cross: { readonly attention: ProjectedAttention; readonly norm: Normalization } | undefined;
  readonly feedForward: (x: tf.Tensor) => tf.Tensor;
  readonly feedForwardNorm: Normalization;
}

/**
 * KerasHub's `TransformerDecoder`: one layer of a decoder ("Attention Is All You Need", section 3.1).
 *
 * `apply(decoderSequence)`, or `apply([decoderSequence, encoderSequence])` to attend to an encoder too, with
 * `{ decoderPaddingMask, decoderAttentionMask, encoderPaddingMask, encoderAttentionMask, useCausalMask }`, the last true if
 * left out. Variables: self_attention, self_attention_layer_norm, (cross_attention, cross_attention_layer_norm,)
 * feedforward_intermediate_dense, feedforward_output_dense, feedforward_layer_norm.
 */
export class TransformerDecoder extends TransformerLayer {
  static readonly className = "TransformerDecoder";

  /** @internal */
  protected readonly signature: CallSignature = {
    inputs: ["decoderSequence", "encoderSequence"],
    required: 1,
    tensors: ["decoderPaddingMask", "decoderAttentionMask", "encoderPaddingMask", "encoderAttentionMask"],
    values: { useCausalMask: "boolean" },
    implied: { 1: "encoderPaddingMask" },
  };

  #parts: Parts | undefined;

  override build(inputShape: Shape | Shape[]): void {
    const [width = 0, context] = this.inARow(shapesOf(inputShape)).map((shape) => widthOf(WHO, shape));
    const parts = this.partsOf(width);
    // In the order of KerasHub's variables.
    this.#parts = {
      selfAttention: parts.attention("self_attention", width),
      selfNorm: parts.norm("self_attention_layer_norm"),
      cross:
        context === undefined
          ? undefined
          : {
              attention: parts.attention("cross_attention", context),
              norm: parts.norm("cross_attention_layer_norm"),
            },
      feedForward: parts.feedForward(),
      feedForwardNorm: parts.norm("feedforward_layer_norm"),
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return shapesOf(inputShape)[0] ?? [];
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return firstMask(inputs, mask) as tf.Tensor;
  }

  /** @internal */
  protected compute(call: Call): tf.Tensor {
    const [x, context] = call.inputs;
    if (!x || !this.#parts) throw new Error(`${WHO}: expected to be built, got a call before`);
    const { selfAttention, selfNorm, cross, feedForward, feedForwardNorm } = this.#parts;
    this.#checkContext(context);
    const random = this.randomOf(call);
    const causal = call.values["useCausalMask"] !== false;
    const selfOptions = { mask: maskOf(call, "decoder", 0, x, x), causal, random };
    const attended = this.residual(x, selfNorm, random, (x) => selfAttention.attend(x, x, x, selfOptions).output);
    const crossOptions = { mask: context && maskOf(call, "encoder", 1, x, context), random };
    const crossed =
      cross === undefined || context === undefined
        ? attended
        : this.residual(
            attended,
            cross.norm,
            random,
            (x) => cross.attention.attend(x, context, context, crossOptions).output,
          );
    return this.residual(crossed, feedForwardNorm, random, feedForward);
  }

  #checkContext(context: tf.Tensor | undefined): void {
    const built = this.#parts?.cross !== undefined;
    if (built === (context !== undefined)) return;
    const [expected, got] = built ? ["an encoderSequence", "none"] : ["no encoderSequence", "one"];
    throw new RangeError(`${WHO}: expected ${expected}, as in the call that built the layer, got ${got}`);
  }
}

const WHO = TransformerDecoder.className;

/** The intersection of a padding mask, given or carried by the sequence, and an attention mask. */
function maskOf(
  { tensors, carried }: Call,
  of: "decoder" | "encoder",
  place: number,
  { shape: [batch = 0, queries = 0] }: tf.Tensor,
  { shape: [, keys = 0] }: tf.Tensor,
): tf.Tensor | undefined {
  const { [`${of}PaddingMask`]: padding = carried(place), [`${of}AttentionMask`]: pairs } = tensors;
  return all([
    padding && ofKeys(WHO, `${of}PaddingMask`, padding, [batch, keys]),
    pairs && ofPairs(WHO, pairs, [batch, 1, queries, keys], { anyRank: false }),
  ]);
}

tf.serialization.registerClass(TransformerDecoder);
