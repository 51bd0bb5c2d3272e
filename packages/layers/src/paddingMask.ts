import * as tf from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { keptMask } from "./impliedMask.ts";

/**
 * The mask that a sequence carries, as a tensor of its own: [B, L, ...] -> [B, L], 1 where there is a token.
 *
 * A layer of a model that attends to a second sequence gets its mask through this layer: TensorFlow.js passes
 * a layer the mask of its first input only.
 */
export class PaddingMask extends layers.Layer {
  static readonly className = "PaddingMask";

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape.slice(0, 2);
  }

  /** @param inputs [B, L, ...]  @returns [B, L] */
  override call(inputs: tf.Tensor | tf.Tensor[], { mask }: { readonly mask?: tf.Tensor }): tf.Tensor {
    const [x] = [inputs].flat();
    if (x === undefined) throw new RangeError("PaddingMask: expected a sequence, got none");
    return tf.tidy(() => {
      const carried = mask ?? keptMask(x);
      const shape = x.shape.slice(0, 2);
      return carried === undefined ? tf.ones(shape) : tf.cast(tf.reshape(carried, shape), "float32");
    });
  }
}

tf.serialization.registerClass(PaddingMask);
