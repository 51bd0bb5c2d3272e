import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { isRecordingGradients } from "./fusedKernel.ts";
import { floatsOf } from "./weights/denseOf.ts";
import { magnitudeFactors } from "./weights/magnitudeFactors.ts";
import { packedRows } from "./weights/packedKernels.ts";
import { isPacked, isWeight, type Weight } from "./weights/weight.ts";

/**
 * Gathers the rows of `weight` given by `ids`. On backends that read ids on the host (cpu, wasm), one outside [0, V)
 * throws; on webgpu its row is zeros, or of a packed weight NaN. A weight's adapter adds `scale b[ids] a`.
 *
 * @param weight [V, E]
 * @param ids [...] int32
 * @returns [..., E]
 */
export function embedding(weight: Weight | tf.Tensor, ids: tf.Tensor): tf.Tensor {
  if (!isWeight(weight)) return denseEmbedding(weight, ids);
  const { adapter } = weight;
  const stored = () =>
    isPacked(weight) ? packedEmbedding(weight, ids) : denseEmbedding(floatsOf("embedding", weight), ids);
  if (adapter === undefined) return stored();
  return tf.tidy(() => {
    const rows = stored(); // [..., E]
    const narrow = tf.mul(denseEmbedding(adapter.b, ids), adapter.scale); // [..., r]
    const update = tf.matMul(tf.reshape(narrow, [ids.size, -1]), adapter.a);
    const sum = tf.add(rows, tf.reshape(update, rows.shape));
    if (adapter.magnitude === undefined) return sum;
    const factors = magnitudeFactors(weight, adapter, adapter.magnitude); // [V]
    return tf.mul(sum, tf.expandDims(tf.gather(factors, ids), -1));
  });
}

function denseEmbedding(weight: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  checkTensor("embedding", "weight", weight, "[...]");
  checkTensor("embedding", "ids", ids, "[...]");
  const [rows = 0, width = 0] = weight.shape;
  if (weight.rank !== 2 || ids.dtype !== "int32") {
    throw new RangeError(
      `embedding: expected weight [V, E] and int32 ids, got [${weight.shape}] and ${ids.dtype} [${ids.shape}]`,
    );
  }
  return tf.tidy(() => {
    if (!isRecordingGradients()) return gatherRows(weight, ids);
    const flat = tf.reshape(ids, [ids.size]);
    // tfjs's own gradient of gather is the same sum, between two transposes that copy.
    const gather = tf.customGrad((table, save) => {
      (save as tf.GradSaveFunc)([flat]);
      return {
        value: gatherRows(table as tf.Tensor, flat),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
          dy.size === 0
            ? tf.zeros([rows, width])
            : sumByRow(tf.reshape(dy, [flat.size, width]), saved[0] as tf.Tensor1D, rows),
      };
    });
    return tf.reshape(gather(weight), [...ids.shape, width]);
  });
}

function packedEmbedding(weight: Weight, ids: tf.Tensor): tf.Tensor {
  return withIdNamed(weight.shape, () => packedRows("embedding", weight, ids));
}

function gatherRows(weight: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return withIdNamed(weight.shape, () => tf.gather(weight, ids));
}

/** Gathers rows of a table [V, E]; a backend's error of an id outside it says what to look at. */
function withIdNamed([rows = 0]: readonly number[], gather: () => tf.Tensor): tf.Tensor {
  try {
    return gather();
  } catch (error) {
    const [, id] =
      /^(?:GatherV2: the index value|gather: expected ids in \S+ \S+ got) (-?\d+)/.exec((error as Error).message) ?? [];
    if (id === undefined) throw error;
    throw new RangeError(
      `embedding: expected ids from 0 to ${rows - 1}, got ${id}: do they come from this model's tokenizer?`,
      { cause: error },
    );
  }
}

/** The sum of the rows of `dy` [N, E] that each of `rows` ids names: [rows, E]. */
function sumByRow(dy: tf.Tensor2D, ids: tf.Tensor1D, rows: number): tf.Tensor {
  if (tf.getKernel("UnsortedSegmentSum", tf.getBackend()) !== undefined) return tf.unsortedSegmentSum(dy, ids, rows);
  // TensorFlow.js's own wasm backend has no such kernel; its memory is read at once.
  const width = dy.shape[1];
  const [values, places, sums] = [dy.dataSync(), ids.dataSync(), new Float32Array(rows * width)];
  for (const [i, row] of places.entries()) {
    for (let j = 0; j < width; j++) sums[row * width + j] = (sums[row * width + j] ?? 0) + (values[i * width + j] ?? 0);
  }
  return tf.tensor(sums, [rows, width]);
}
