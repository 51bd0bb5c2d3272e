import { isNode } from "@qkv/backend";

/**
 * Runs something, and takes away what it made the process of Node do about errors that nobody caught.
 *
 * Emscripten's module throws such errors once more: a program's own handlers protect it no longer, and it ends with exit
 * code 7 and the module's code in the place of the error's lines. What the program listens with itself stays.
 */
export function keepingListeners<T>(run: () => T): T {
  if (!isNode()) return run();
  const before = EVENTS.map((event) => process.listeners(event as "uncaughtException"));
  try {
    return run();
  } finally {
    EVENTS.forEach((event, i) => {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before[i]?.includes(listener)) process.off(event, listener);
      }
    });
  }
}

const EVENTS = ["uncaughtException", "unhandledRejection"] as const;
