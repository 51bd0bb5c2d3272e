import type { LogitsProcessor } from "../src/index.ts";

/** The `Rule` of golden/make_generation.py: halves scores, favours one token, forbids the last. */
export const customRule: LogitsProcessor = (scores, ids) => {
  const last = ids.at(-1) ?? 0;
  const favoured = (3 * last + ids.length) % scores.length;
  return scores.map((score, id) => (id === last ? -Infinity : score / 2 + (id === favoured ? 3 : 0)));
};
