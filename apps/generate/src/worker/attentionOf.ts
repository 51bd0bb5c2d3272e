import { tokenAttention } from "@qkv/pretrained";
import type { Generator } from "./generator.ts";
import { readAhead } from "./readAhead.ts";
import { strongestKeys } from "./strongestKeys.ts";
import { labelsOf } from "@qkv/app-shell/worker";

/** Where every head looked before a token was written. */
export interface WrittenAttention {
  /** The tokens that some head looked at most, in their order. */
  readonly keys: readonly string[];
  /** How many others there are, whose weights stand together in a last column; 0: there is none. */
  readonly others: number;
  /** [layers, heads, 1, columns] */
  readonly shape: readonly [layers: number, heads: number, queries: number, columns: number];
  readonly weights: Float32Array;
}

/** Where every head looked from the last token of a text, which is where it looked for the next one. */
export async function attentionOf(
  generator: Generator,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<WrittenAttention> {
  await readAhead(generator, ids, { signal });
  const { model } = generator.pretrained;
  const { shape, weights } = await tokenAttention({ model, ids, cache: generator.cache });
  const [layers, heads, , keys] = shape;
  const { columns, others, values } = strongestKeys(weights, keys);
  const seen = ids.slice(ids.length - keys); // a window may hide the first
  return {
    keys: labelsOf(
      generator.tokenizer,
      columns.map((column) => seen[column] as number),
    ),
    others,
    shape: [layers, heads, 1, columns.length + (others > 0 ? 1 : 0)],
    weights: values,
  };
}
