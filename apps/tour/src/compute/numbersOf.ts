import * as tf from "@tensorflow/tfjs-core";

/** The numbers of a tensor that `make` gives; nothing of it stays behind. */
export async function numbersOf(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const data = await tensor.data();
  tensor.dispose();
  return Array.from(data);
}
