import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, runFusedFirst } from "../fusedKernel.ts";
import { unpackRowsOf } from "./unpackRows.ts";
import type { Weight, WeightFormat } from "./weight.ts";

/** What a kernel is told of a packed weight. */
export interface PackedAttrs {
  readonly format: Exclude<WeightFormat, "f32">;
  /** [O, I] */
  readonly shape: readonly number[];
}

/** Whether the current backend multiplies packed weights as they are stored. */
export function multipliesPacked(): boolean {
  return hasKernel(FUSED_KERNELS.packedLinear);
}

/** @throws RangeError if the words are disposed of */
export function packedAttrs({ format, shape }: Weight): PackedAttrs {
  return { format: format as PackedAttrs["format"], shape };
}

/**
 * Gathers rows of a packed weight [O, I] as float32.
 *
 * Kernel: QkvUnpackRows `{ data [words] int32, ids [N] int32 }` with {@link PackedAttrs} -> [N, I].
 *
 * @param ids [...] int32
 * @returns [..., I]
 */
export function packedRows(who: string, weight: Weight, ids: tf.Tensor): tf.Tensor {
  const { data } = weight.parts;
  checkTensor(who, "weight", data, "[...]", "int32");
  checkTensor(who, "ids", ids, "[...]", "int32");
  const attrs = packedAttrs(weight);
  const [rows = 0, columns = 0] = attrs.shape;
  const shape = [...ids.shape, columns];
  return tf.tidy(() => {
    const flat = tf.reshape(ids, [ids.size]);
    if (hasKernel(FUSED_KERNELS.unpackRows)) {
      return tf.reshape(runFusedFirst(FUSED_KERNELS.unpackRows, { data, ids: flat }, attrs), shape);
    }
    const numbers = flat.dataSync() as Int32Array;
    const bad = numbers.find((id) => id < 0 || id >= rows);
    if (bad !== undefined) throw new RangeError(`gather: expected ids in [0, ${rows}), got ${bad}`);
    return tf.tensor(unpackRowsOf(data.dataSync() as Int32Array, attrs.format, columns, numbers), shape);
  });
}

/** Unpacks rows `from` to `to`: [to - from, I]. */
export function packedRowRange(who: string, weight: Weight, from: number, to: number): tf.Tensor2D {
  return tf.tidy(() => packedRows(who, weight, tf.range(from, to, 1, "int32")) as tf.Tensor2D);
}
