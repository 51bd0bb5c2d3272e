import { checkTensor, embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The 3 x 3 neighbourhood of every place at a stride, with zeros around the image: a convolution is then a
 * product with these. They are rows of a table, looked up like embeddings, which is ten times faster than slices of a
 * padded image and has its gradient on every backend.
 *
 * @param x [B, H, W, C]
 * @returns [B, ceil(H / stride), ceil(W / stride), 9 * C], neighbours row by row
 */
export function unfold(x: tf.Tensor, stride: number): tf.Tensor4D {
  checkTensor("unfold", "x", x, "[B, H, W, C]");
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const places = height * width;
  return tf.tidy(() => {
    // Each image's places, and a row of zeros for all that lies outside.
    const table = tf.concat([tf.reshape(x, [batch, places, channels]), tf.zeros([batch, 1, channels])], 1);
    const ids = tf.tensor1d(neighbours(batch, height, width, stride), "int32");
    const found = embedding(tf.reshape(table, [batch * (places + 1), channels]), ids);
    return tf.reshape(found, [batch, rows, columns, 9 * channels]);
  });
}

/** The rows of the table that hold the neighbours of each place of each image. */
function neighbours(batch: number, height: number, width: number, stride: number): Int32Array {
  const outside = height * width;
  const one: number[] = []; // of the first image
  for (let row = 0; row < height; row += stride) {
    for (let column = 0; column < width; column += stride) {
      for (let y = row - 1; y <= row + 1; y++) {
        for (let x = column - 1; x <= column + 1; x++) {
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          one.push(inside ? y * width + x : outside);
        }
      }
    }
  }
  const ids = new Int32Array(batch * one.length);
  for (let i = 0; i < ids.length; i++) {
    ids[i] = (one[i % one.length] ?? outside) + Math.floor(i / one.length) * (outside + 1);
  }
  return ids;
}
