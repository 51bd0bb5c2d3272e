/** How long the work of {@link slowness} takes on a machine with nothing else to do, in milliseconds. */
const ALONE_MS = 130;

/**
 * How long something takes, in milliseconds of a machine that has nothing else to do: the clock's are divided by how much
 * longer than alone a piece of work took before and after it, and it is the smallest of at most three measures; the first
 * one that is short enough will do.
 *
 * @param doing gives the clock's milliseconds; done once more for each measure
 */
export async function timeAlone(enough: number, doing: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3 && least >= enough; i++) {
    const before = slowness();
    const ms = await doing();
    least = Math.min(least, ms / Math.max(1, (before + slowness()) / 2));
  }
  return least;
}

function slowness(): number {
  const numbers = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 100_003);
  const start = performance.now();
  for (let i = 0; i < 5; i++) numbers.toSorted((a, b) => a - b);
  return (performance.now() - start) / ALONE_MS;
}
