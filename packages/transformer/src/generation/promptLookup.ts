import type { Proposals } from "./proposals.ts";

/**
 * Proposes what followed the last tokens of a text when they occurred in it before, the earliest time: of as many as possible,
 * up to `longest` (https://github.com/apoorvumang/prompt-lookup-decoding).
 */
export function promptLookup(longest: number): Proposals {
  return {
    propose: (ids, most) => Promise.resolve(lookUp(ids, longest, most)),
    dispose: () => undefined,
  };
}

/** The tokens that followed the last of `ids`, at most `most`; none if those never occurred before. */
export function lookUp(ids: readonly number[], longest: number, most: number): readonly number[] {
  for (let size = Math.min(longest, ids.length - 1); size >= 1; size--) {
    const last = ids.slice(-size);
    for (let start = 0; start + size < ids.length; start++) {
      if (last.every((id, i) => ids[start + i] === id)) return ids.slice(start + size, start + size + most);
    }
  }
  return [];
}
