/** A token that may continue a beam, and the log-probability of the sequence it would make. */
export interface Candidate {
  /** Index of the beam in the list it was chosen from. */
  readonly beam: number;
  readonly token: number;
  readonly logProbability: number;
}

/**
 * The `count` best continuations of all beams together, best first, the earlier of equals first. Forbidden tokens
 * (-Infinity) are no candidates, so there may be fewer.
 *
 * @param logProbabilities for each beam, [V]
 * @param totals the log-probability of each beam so far
 */
export function topCandidates(
  logProbabilities: readonly Float32Array[],
  totals: readonly number[],
  count: number,
): Candidate[] {
  const best: Candidate[] = [];
  let least = -Infinity; // what it takes to get in
  for (const [beam, row] of logProbabilities.entries()) {
    const total = totals[beam] as number;
    let bar = least - total;
    for (let token = 0; token < row.length; token++) {
      if (!((row[token] as number) > bar)) continue;
      insertCandidate(best, { beam, token, logProbability: total + (row[token] as number) }, count);
      if (best.length === count) {
        least = (best[count - 1] as Candidate).logProbability;
        bar = least - total;
      }
    }
  }
  return best;
}

/** Puts `candidate` in its place, behind those as good, and drops what is beyond `count`. */
export function insertCandidate(best: Candidate[], candidate: Candidate, count: number): void {
  let place = best.length;
  while (place > 0 && (best[place - 1] as Candidate).logProbability < candidate.logProbability) place--;
  best.splice(place, 0, candidate);
  if (best.length > count) best.pop();
}
