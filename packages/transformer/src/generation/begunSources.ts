import type { GenerativeModel } from "./options.ts";

/**
 * The sources, of which an empty one begins with the model's token for that, as in Hugging Face's `generate`. Those of an
 * encoder-decoder stay as they are.
 *
 * @throws RangeError for an empty prompt of a model without such a token
 */
export function begunSources(
  who: string,
  model: GenerativeModel,
  sourceIds: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  if ("encode" in model || !Array.isArray(sourceIds)) return sourceIds;
  const isEmpty = (ids: readonly number[]) => Array.isArray(ids) && ids.length === 0;
  const empty = (sourceIds as readonly (readonly number[])[]).findIndex(isEmpty);
  if (empty === -1) return sourceIds;
  const { bosTokenId } = model.generation;
  if (bosTokenId === undefined) {
    throw new RangeError(
      `${who}: expected at least one id in source ${empty} of a model without a bosTokenId, with which an empty one begins, got none`,
    );
  }
  return sourceIds.map((ids: readonly number[]) => (isEmpty(ids) ? [bosTokenId] : ids));
}
