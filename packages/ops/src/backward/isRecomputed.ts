let isInside = false;

/** Whether what runs will be run again in the backward pass. */
export function isRecomputed(): boolean {
  return isInside;
}

/** Runs what will be run again. */
export function toBeRecomputed<T>(run: () => T): T {
  const before = isInside;
  isInside = true;
  try {
    return run();
  } finally {
    isInside = before;
  }
}
