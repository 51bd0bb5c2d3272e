/**
 * Does one thing at a time and skips what was asked for in the meantime but the last: for a pointer that moves faster than
 * the answers come.
 */
export function latestOnly<T>(work: (asked: T) => Promise<void>): (asked: T) => void {
  let running = false;
  let waiting: { readonly asked: T } | undefined;
  const go = async () => {
    running = true;
    for (let next; (next = waiting) !== undefined;) {
      waiting = undefined;
      await work(next.asked);
    }
    running = false;
  };
  return (asked) => {
    waiting = { asked };
    if (!running) void go();
  };
}
