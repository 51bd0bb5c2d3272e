import { describeArgument } from "@qkv/ops";
import type { LogitsProcessor } from "./logitsProcessor.ts";

/** Refuses a value that is no list of functions. @throws RangeError */
export function checkProcessors(who: string, processors: readonly LogitsProcessor[] | undefined): void {
  if (processors === undefined) return;
  if (!Array.isArray(processors)) {
    throw new RangeError(
      `${who}: expected logitsProcessors to be an array of functions, got ${describeArgument(processors)}`,
    );
  }
  const odd = processors.findIndex((process) => typeof process !== "function");
  if (odd !== -1) {
    const got = describeArgument(processors[odd]);
    throw new RangeError(`${who}: expected logitsProcessors[${odd}] to be a function, got ${got}`);
  }
}

/**
 * Wraps a caller's own processor, number `place`. Its result, returned or in place, is checked and written to `scores`.
 */
export function customProcessor(process: LogitsProcessor, place: number): LogitsProcessor {
  const expected = `generate: expected logitsProcessors[${place}]`;
  return (scores, ids, source) => {
    const returned: unknown = process(scores, [...ids], source); // a copy: the search continues with its own
    if (returned !== undefined && returned !== scores) {
      const isList = Array.isArray(returned) || ArrayBuffer.isView(returned);
      const { length } = (isList ? returned : []) as ArrayLike<number>;
      if (length !== scores.length) {
        const got = isList ? `${length} scores` : describeArgument(returned).replace(": await it", "");
        throw new RangeError(`${expected} to return ${scores.length} scores, or nothing, got ${got}`);
      }
      scores.set(returned as ArrayLike<number>);
    }
    const bad = scores.findIndex((score) => Number.isNaN(score) || score === Infinity);
    if (bad !== -1) {
      throw new RangeError(`${expected} to give numbers, or -Infinity to forbid, got ${scores[bad]} for token ${bad}`);
    }
  };
}
