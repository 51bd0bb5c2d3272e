import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "./argumentChecks.ts";
import { type RotaryConfig, rotaryFrequencies } from "./rotaryFrequencies.ts";

/**
 * Rotary positions (RoPE, arXiv:2104.09864): each pair of a head's features turns by an angle that grows with the
 * position, so that a query and a key meet by their distance alone.
 */
export class RotaryPositions {
  readonly #config: RotaryConfig;

  /** @throws RangeError if a size or the scaling makes no sense */
  constructor(config: RotaryConfig) {
    rotaryFrequencies(config, 1);
    this.#config = config;
  }

  /**
   * @param x [B, H, L, D]
   * @param offset the position of the first of L
   * @returns [B, H, L, D]
   * @throws RangeError if a head has fewer features than are turned, or the offset is no integer from 0
   */
  rotate(x: tf.Tensor4D, offset = 0): tf.Tensor4D {
    const { dim, layout = "halves" } = this.#config;
    const [batch, heads, length, headDim] = x.shape;
    checkInteger("RotaryPositions", "offset", offset, 0);
    if (headDim < dim) {
      throw new RangeError(`RotaryPositions: expected a head of at least ${dim} features, got x [${x.shape}]`);
    }
    return tf.tidy(() => {
      const { cos, sin } = this.#angles(offset, length);
      const turning = tf.slice(x, [0, 0, 0, 0], [batch, heads, length, dim]);
      const turned = layout === "halves" ? turnHalves(turning, cos, sin) : turnPairs(turning, cos, sin);
      if (headDim === dim) return turned as tf.Tensor4D;
      return tf.concat([turned, tf.slice(x, [0, 0, 0, dim], [batch, heads, length, headDim - dim])], 3) as tf.Tensor4D;
    });
  }

  /** [L, dim / 2] each. */
  #angles(offset: number, length: number): { cos: tf.Tensor; sin: tf.Tensor } {
    const { frequencies, scale } = rotaryFrequencies(this.#config, offset + length);
    const angles = Float64Array.from(
      { length: length * frequencies.length },
      (_, i) => (offset + Math.floor(i / frequencies.length)) * (frequencies[i % frequencies.length] ?? 0),
    );
    const shape: [number, number] = [length, frequencies.length];
    const table = (of: (angle: number) => number) =>
      tf.tensor(
        Float32Array.from(angles, (a) => of(a) * scale),
        shape,
      );
    return { cos: table(Math.cos), sin: table(Math.sin) };
  }
}

/** Feature i is paired with feature i + D / 2 (GPT-NeoX, Llama in Hugging Face's form). */
function turnHalves(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return tf.concat(turn(tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor], cos, sin), 3);
}

/** Feature 2i is paired with feature 2i + 1 (the paper, GPT-J). */
function turnPairs(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const pairs = tf.reshape(x, [...x.shape.slice(0, 3), (x.shape[3] ?? 0) / 2, 2]);
  const turned = turn(tf.unstack(pairs, 4) as [tf.Tensor, tf.Tensor], cos, sin);
  return tf.reshape(tf.stack(turned, 4), x.shape);
}

function turn([a, b]: [tf.Tensor, tf.Tensor], cos: tf.Tensor, sin: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))];
}
