// 50 ms: a delay that users do not notice; a turn costs 1 ms in Node and up to 4 ms in a page.
const TURN_EVERY_MS = 50;

// One clock for all searches, as there is one event loop: many short ones in a row must let events through too.
let last = performance.now();

/**
 * Waits for one turn of the event loop if the last one was a while ago.
 *
 * Reading a tensor on cpu and wasm never leaves the queue of promises, so without this a long search, or many of them,
 * would let no timer, no signal and no click through until the end, and nobody could abort it.
 */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - last < TURN_EVERY_MS) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  last = performance.now();
}
