let last = Promise.resolve();
let count = 0;

/** Does one piece of work after the other: each has all threads, and memory for one is enough. */
export async function inTurn(work) {
  count++;
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn.finally(() => count--);
}

/** How many wait or are at work. */
export const waiting = () => count;
