import { Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Parameters with random values, none of them zero or one: a graph that left one out would compute something else.
 * The same values every time, whatever the backend.
 *
 * @param gain the factor of a parameter's values, by its path. Default 1: variance 1 / fan-in
 */
export function randomParams(gain: (path: string) => number = () => 1): Params {
  const next = uniform(1);
  return Params.from((path, shape, _init, kind) => {
    const fanIn = tf.util.sizeFromShape(shape.slice(1));
    const bound = gain(path) * (shape.length > 1 ? Math.sqrt(3 / fanIn) : 0.1);
    const data = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => bound * (2 * next() - 1));
    return tf.tensor(kind === "norm" ? data.map((value) => 1 + value) : data, shape);
  });
}

/** Numbers in [0, 1): the generator "mulberry32" of Tommy Ettinger, in the public domain. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
