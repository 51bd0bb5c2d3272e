import * as tf from "@tensorflow/tfjs-core";

/**
 * The 3 x 3 neighbourhood of every place that a stride comes by, with zeros around the image: a convolution is then a
 * product with these. Pads, slices and a concatenation, since those have gradients on every backend.
 *
 * @param x [B, H, W, C]
 * @returns [B, ceil(H / stride), ceil(W / stride), 9 * C], neighbours row by row
 */
export function unfold(x: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  return tf.tidy(() => {
    // Room for the last neighbour in whole strides, so that a stride becomes an axis.
    const [blocksDown, blocksAcross] = [rows + 2 / stride, columns + 2 / stride];
    const [high, wide] = [blocksDown * stride, blocksAcross * stride];
    const padded = tf.pad(x, [
      [0, 0],
      [1, high - height - 1],
      [1, wide - width - 1],
      [0, 0],
    ]);
    const blocks = tf.reshape(padded, [batch, blocksDown, stride * blocksAcross, stride * channels]);
    const neighbours = Array.from({ length: 9 }, (_, i) => {
      const [dy, dx] = [Math.floor(i / 3), i % 3];
      const across = (dy % stride) * blocksAcross + Math.floor(dx / stride);
      const begin = [0, Math.floor(dy / stride), across, (dx % stride) * channels] as const;
      return tf.slice(blocks, [...begin], [batch, rows, columns, channels]) as tf.Tensor4D;
    });
    return tf.concat(neighbours, 3);
  });
}
