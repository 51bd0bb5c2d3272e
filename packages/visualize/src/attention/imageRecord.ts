import { checkNumbers, checkRecord } from "../argumentChecks.ts";
import type { AttentionRecord, RecordImage } from "./attentionRecord.ts";

/** Attention of a vision model over the tokens of one image, as `readAttentions` of `@qkv/vit` gives it. */
export interface ImageWeights {
  readonly layers: number;
  readonly heads: number;
  /** L: class, distillation and register tokens, then the patches row by row. */
  readonly tokens: number;
  /** [layers, heads, L, L] row by row */
  readonly values: ArrayLike<number>;
}

/**
 * The record of a vision model's attention, for `<qkv-attention>` and {@link attentionPage}: patches are called by their row
 * and column from 1 on, what stands before them by its place.
 *
 * @throws RangeError if there are fewer tokens than patches, or other than layers * heads * L * L values
 */
export function imageRecord(weights: ImageWeights, image: RecordImage): AttentionRecord {
  checkRecord("imageRecord", "weights", weights);
  checkRecord("imageRecord", "image", image);
  const { layers, heads, tokens, values } = weights;
  const { rows, columns } = image;
  checkNumbers("imageRecord", "values", values);
  const leading = tokens - rows * columns;
  if (!(leading >= 0)) {
    throw new RangeError(
      `imageRecord: expected a token for each of ${rows} x ${columns} patches, got ${tokens} tokens`,
    );
  }
  const size = layers * heads * tokens ** 2;
  if (values.length !== size) throw new RangeError(`imageRecord: expected ${size} values, got ${values.length}`);
  const patches = Array.from({ length: rows * columns }, (_, at) => {
    return `${Math.floor(at / columns) + 1},${(at % columns) + 1}`;
  });
  const source = [...Array.from({ length: leading }, (_, at) => `[${at}]`), ...patches];
  const encoder = { shape: [layers, heads, tokens, tokens] as const, weights: values };
  return { source, target: [], read: [], encoder, image };
}
