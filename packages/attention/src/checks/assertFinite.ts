import { checkRecord, checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * Refuses tensors that hold NaN or an infinity. Attention itself does not check, which would wait for the device: call
 * this on inputs.
 *
 * @param tensors by name, for the message: `{ queries, keys, values }`
 * @throws RangeError that names the tensor, its shape, the index and the value
 */
export async function assertFinite(tensors: Readonly<Record<string, tf.Tensor>>): Promise<void> {
  checkRecord("assertFinite", "tensors", tensors);
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor("assertFinite", name, tensor, "[...]");
    const data = await tensor.data();
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const place = placeOf(at, tensor.shape);
    throw new RangeError(`expected finite numbers in ${name} [${tensor.shape}], got ${data[at]} at [${place}]`);
  }
}

/** The index of element `flat` in an array of this shape. */
function placeOf(flat: number, shape: readonly number[]): number[] {
  return shape.map((size, axis) => {
    const after = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    return Math.floor(flat / after) % size;
  });
}
