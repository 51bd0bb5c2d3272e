import { MultiHeadAttention } from "@qkv/attention";
import { Params, Pass, Recorder } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** A sentence of random vectors goes through a layer of four heads. */
const [LENGTH, WIDTH, HEADS] = [6, 32, 4];

/** What a layer did. */
export interface Layer {
  /** The weights of each head, [LENGTH * LENGTH]. */
  readonly heads: number[][];
  /** How much the output of each token differs from that of all heads, as a share of its length. */
  readonly changes: number[];
  /** The numbers that a cache has to remember. */
  readonly remembered: number;
}

/** A layer with some heads switched off, and with keys and values shared by groups of heads. */
export async function layerWith(isOn: readonly boolean[], keyValueHeads: number): Promise<Layer> {
  const params = Params.initialized(3);
  const attention = new MultiHeadAttention(params, {
    dModel: WIDTH,
    numHeads: HEADS,
    numKeyValueHeads: keyValueHeads,
  });
  const x = tf.randomNormal<tf.Rank.R3>([1, LENGTH, WIDTH], 0, 2, "float32", 2);
  const on = tf.tensor4d(isOn.map(Number), [1, HEADS, 1, 1]);
  const seen = new Recorder(["probabilities"], { heads: (heads) => tf.mul(heads, on) });
  const all = attention.forward(x, x);
  const some = attention.forward(x, x, {}, new Pass({ taps: seen }));
  const { keys, values } = attention.project(x);
  const changes = tf.tidy(() => tf.div(tf.norm(tf.sub(some, all), 2, -1), tf.norm(all, 2, -1)));
  try {
    const weights = Array.from(await seen.get("probabilities").data());
    const size = LENGTH * LENGTH;
    return {
      heads: Array.from({ length: HEADS }, (_, head) => weights.slice(head * size, (head + 1) * size)),
      changes: Array.from(await changes.data()),
      remembered: keys.size + values.size,
    };
  } finally {
    seen.dispose();
    tf.dispose([x, on, all, some, keys, values, changes]);
    params.dispose();
  }
}
