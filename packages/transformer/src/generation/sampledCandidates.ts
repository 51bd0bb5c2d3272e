import type { RandomStream } from "@qkv/nn";
import { type Candidate, topCandidates } from "./topCandidates.ts";

/**
 * Draws `count` different continuations of all beams together, each in proportion to the probability of the sequence that it
 * would make; best first. The greatest of log-probabilities with Gumbel noise are draws without replacement (arXiv:1903.06059,
 * section 2.3).
 *
 * @param logProbabilities for each beam, [V]
 * @param totals the log-probability of each beam so far
 */
export function sampledCandidates(
  logProbabilities: readonly Float32Array[],
  totals: readonly number[],
  count: number,
  random: RandomStream,
): Candidate[] {
  const noisy = logProbabilities.map((row) => row.map((score) => score - Math.log(-Math.log(random.uniform()))));
  return topCandidates(noisy, totals, count)
    .map(({ beam, token }) => {
      const logProbability = (totals[beam] as number) + (logProbabilities[beam]?.[token] as number);
      return { beam, token, logProbability };
    })
    .toSorted((a, b) => b.logProbability - a.logProbability);
}
