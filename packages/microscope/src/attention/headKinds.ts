import { checkArray } from "@qkv/ops";

/** What a head may attend to, of known kinds. */
export const HEAD_KINDS = ["previousToken", "currentToken", "firstToken", "duplicateToken", "induction"] as const;

/** A kind of head. */
export type HeadKind = (typeof HEAD_KINDS)[number];

/**
 * The keys that a head of a kind attends to: the token before; the token itself; the first token; earlier ones of the same id;
 * or what followed an earlier one of the same id ("In-context Learning and Induction Heads", arXiv:2209.11895).
 *
 * @param ids [L], the tokens
 * @returns [L, L], 1 where such a head attends to, row by row
 */
export function headPattern(kind: HeadKind, ids: readonly number[]): Float32Array {
  checkArray("headPattern", "ids", ids);
  if (!Object.hasOwn(RULES, kind)) {
    throw new RangeError(`headPattern: expected kind to be ${HEAD_KINDS.join(", ")}, got ${String(kind)}`);
  }
  const attends = RULES[kind];
  const length = ids.length;
  return Float32Array.from({ length: length * length }, (_, at) =>
    Number(attends(Math.floor(at / length), at % length, ids)),
  );
}

const RULES: Readonly<Record<HeadKind, (query: number, key: number, ids: readonly number[]) => boolean>> = {
  previousToken: (query, key) => key === query - 1,
  currentToken: (query, key) => key === query,
  firstToken: (_, key) => key === 0,
  duplicateToken: (query, key, ids) => key < query && ids[key] === ids[query],
  induction: (query, key, ids) => key > 0 && key <= query && ids[key - 1] === ids[query],
};

/**
 * How far a head is of a kind: the mean weight on the keys of the pattern, over the queries that have such a key.
 *
 * @param probabilities [L, L], one head's, row by row
 * @param pattern [L, L], of {@link headPattern}
 * @returns from 0 to 1; NaN if no query has such a key
 */
export function headScore(
  probabilities: ArrayLike<number> & Iterable<number>,
  pattern: ArrayLike<number> & Iterable<number>,
): number {
  checkArray("headScore", "probabilities", probabilities);
  checkArray("headScore", "pattern", pattern);
  const length = Math.sqrt(pattern.length);
  if (!Number.isInteger(length) || probabilities.length !== pattern.length) {
    throw new RangeError(
      `headScore: expected probabilities and pattern of one square, got ${probabilities.length} and ${pattern.length} numbers`,
    );
  }
  let [sum, rows] = [0, 0];
  for (let query = 0; query < length; query++) {
    let has = false;
    for (let at = query * length; at < (query + 1) * length; at++) {
      if (!pattern[at]) continue;
      has = true;
      sum += (probabilities[at] ?? 0) * (pattern[at] ?? 0);
    }
    rows += Number(has);
  }
  return sum / rows;
}
