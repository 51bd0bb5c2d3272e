import { checkBackend, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Number of valid keys: one for each of B, or one for each of B and each of Q. */
export type ValidLengths = readonly number[] | readonly (readonly number[])[];

/**
 * Creates a mask from valid lengths: `true` for the first so many keys.
 *
 * @returns [B, 1, K] of lengths [B], [B, Q, K] of lengths [B, Q]; bool
 * @throws RangeError if there are not B, or B times Q, of them, or one is not an integer from 0 to K
 */
export function validLengthMask(
  lengths: ValidLengths,
  options: { readonly batch: number; readonly queries: number; readonly keys: number },
): tf.Tensor3D {
  checkRecord("validLengthMask", "options", options);
  const { batch, queries, keys } = options;
  checkBackend("validLengthMask");
  const rows = lengths.map((row) => (typeof row === "number" ? [row] : row));
  const columns = typeof lengths[0] === "number" ? 1 : queries;
  if (rows.length !== batch || rows.some((row) => row.length !== columns)) {
    throw new RangeError(
      `validLengthMask: expected validLens [${batch}] or [${batch}, ${queries}], got ${shapeOf(lengths)}`,
    );
  }
  for (const length of rows.flat()) checkValidLength("validLengthMask", length, keys);
  return tf.tidy(() => {
    const counts = tf.tensor3d(rows.flat(), [batch, columns, 1]);
    return tf.less(tf.reshape(tf.range(0, keys), [1, 1, keys]), counts) as tf.Tensor3D;
  });
}

/** Refuses a length that is not an integer from 0 to `most`. */
export function checkValidLength(who: string, length: number, most: number): void {
  if (!Number.isInteger(length) || length < 0 || length > most) {
    throw new RangeError(`${who}: expected valid lengths that are integers from 0 to ${most}, got ${length}`);
  }
}

function shapeOf(lengths: ValidLengths): string {
  const widths = [...new Set(lengths.map((row) => (typeof row === "number" ? 0 : row.length)))];
  if (widths.length > 1) return `${lengths.length} rows of different lengths`;
  return widths[0] === 0 ? `[${lengths.length}]` : `[${lengths.length}, ${widths[0] ?? 0}]`;
}
