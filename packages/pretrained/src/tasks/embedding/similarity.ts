import type { Similarity } from "../../sentenceModules/sentenceModules.ts";

/** Compares two vectors of the same length: more is nearer, so distances are negative. */
export function similarity(a: Float32Array, b: Float32Array, by: Similarity = "cosine"): number {
  const isVector = [a, b].every((vector) => ArrayBuffer.isView(vector) || Array.isArray(vector));
  if (!isVector || a.length !== b.length) {
    const got = isVector ? `${a.length} and ${b.length} numbers` : "another value";
    throw new RangeError(`similarity: expected two vectors of the same length, got ${got}`);
  }
  const sum = (term: (x: number, y: number) => number) => a.reduce((total, x, i) => total + term(x, b[i] ?? 0), 0);
  switch (by) {
    case "dot":
      return sum((x, y) => x * y);
    case "euclidean":
      return -Math.sqrt(sum((x, y) => (x - y) ** 2));
    case "manhattan":
      return -sum((x, y) => Math.abs(x - y));
    case "cosine": {
      const lengths = Math.sqrt(sum((x) => x * x)) * Math.sqrt(sum((_, y) => y * y));
      return lengths === 0 ? 0 : sum((x, y) => x * y) / lengths;
    }
  }
}
