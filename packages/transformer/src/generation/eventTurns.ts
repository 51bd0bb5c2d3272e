// 50 ms: what a person does not notice; a turn costs 1 ms in Node and up to 4 ms in a page.
const TURN_EVERY_MS = 50;

/**
 * Gives a function that now and then waits for one turn of the event loop.
 *
 * Reading a tensor on cpu and wasm never leaves the queue of promises, so without this a long search would let no
 * timer, no signal and no click through until its end, and nobody could abort it.
 */
export function eventTurns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_EVERY_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
