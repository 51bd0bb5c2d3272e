/**
 * Runs code that must not take this engine for Node, with `process` hidden while it runs.
 *
 * In Node emscripten's module listens to errors that nobody caught and throws them once more: a program's own handlers
 * protect it no longer, and it ends with exit code 7 and the module's code instead of the error's lines. Where an edge
 * worker has Node's globals, the module requests files that are not there. It needs nothing of Node's.
 */
export function withoutProcess<T>(run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(globalThis, "process");
  if (own === undefined) return run();
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "process", own);
  }
}
