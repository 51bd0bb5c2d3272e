import * as tf from "@tensorflow/tfjs-core";

/**
 * Sines, then cosines, of the position of each token, which padding has none of and does not count for: fairseq's
 * `SinusoidalPositionalEmbedding`, in its frequencies and its first position.
 */
export class CountedPositions {
  readonly #padTokenId: number;
  readonly #dModel: number;
  readonly #rates: Float32Array;

  /** @param dModel E, at least 4: the frequencies of a half go from 1 to 1 / 10000 */
  constructor(padTokenId: number, dModel: number) {
    this.#padTokenId = padTokenId;
    this.#dModel = dModel;
    const half = Math.floor(dModel / 2);
    const step = Math.fround(-Math.log(10_000) / (half - 1));
    this.#rates = Float32Array.from({ length: half }, (_, i) => Math.exp(Math.fround(i * step)));
  }

  /**
   * The vectors of tokens after `offset` others: zeros at padding.
   *
   * @param ids [B, L] int32
   * @returns [B, L, E]
   */
  forward(ids: tf.Tensor2D, offset: number): tf.Tensor3D {
    const [, length] = ids.shape;
    return tf.tidy(() => {
      const isToken = tf.cast(tf.notEqual(ids, this.#padTokenId), "int32");
      const counted = tf.mul(tf.cumsum(isToken, 1), isToken); // 1, 2, ... and 0 at padding
      const rows: tf.Tensor = tf.gather(this.#table(length, offset), tf.cast(counted, "int32"));
      return rows as tf.Tensor3D;
    });
  }

  /** [1 + L, E]: zeros, then the positions after `offset` tokens, of which the first is the padding token's id plus 1. */
  #table(length: number, offset: number): tf.Tensor2D {
    const [dModel, half] = [this.#dModel, this.#rates.length];
    const values = new Float32Array((1 + length) * dModel);
    for (let row = 1; row <= length; row++) {
      const position = this.#padTokenId + offset + row;
      for (const [i, rate] of this.#rates.entries()) {
        const angle = Math.fround(position * rate); // in single precision, as the reference
        values[row * dModel + i] = Math.sin(angle);
        values[row * dModel + half + i] = Math.cos(angle);
      }
    }
    return tf.tensor2d(values, [1 + length, dModel]);
  }
}
