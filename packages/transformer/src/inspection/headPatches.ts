import type { Patch } from "@qkv/nn";
import { checkArray, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** A factor for each head of an attention, by the attention's path: `decoder.layers.1.crossAttn`. 0 switches a head off. */
export type HeadFactors = Readonly<Record<string, readonly number[]>>;

/** Creates patches that multiply the output of each head. An attention whose factors are all 1 is left as it is. */
export function headPatches(factors: HeadFactors): Readonly<Record<string, Patch>> {
  checkRecord("headPatches", "factors", factors);
  for (const [path, each] of Object.entries(factors)) checkArray("headPatches", path, each);
  const changed = Object.entries(factors).filter(([, each]) => each.some((factor) => factor !== 1));
  return Object.fromEntries(changed.map(([path, each]) => [`${path}.heads`, multiplyHeads(each)]));
}

function multiplyHeads(factors: readonly number[]): Patch {
  return (heads, path) => {
    const count = heads.shape[1] ?? 0;
    if (factors.length !== count) {
      throw new RangeError(`${path}: expected a factor for each of ${count} heads, got ${factors.length}`);
    }
    return tf.mul(heads, tf.tensor4d([...factors], [1, count, 1, 1]));
  };
}
