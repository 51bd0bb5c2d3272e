/** How many numbers there are before they come again. */
const COUNT = 4096;

/** All of them, twice, so that a run from any place is one slice; made when a test first needs them. */
let numbers: Float32Array | undefined;

/**
 * Numbers between -1 and 1 without a pattern, the same on each machine: a run of them that begins where the seed says.
 *
 * @param count at most 4096
 */
export function testNumbers(count: number, seed: number): Float32Array {
  numbers ??= makeNumbers();
  const from = (seed * 777) % COUNT;
  return numbers.slice(from, from + count);
}

function makeNumbers(): Float32Array {
  const all = new Float32Array(2 * COUNT);
  let state = 2654435761;
  for (let i = 0; i < COUNT; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    all[i] = (state >>> 8) / 2 ** 23 - 1;
  }
  all.copyWithin(COUNT, 0, COUNT);
  return all;
}
