/** Options of a long sweep. */
export interface SweepOptions {
  /** Ends the sweep with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told after each step how many of how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Takes the steps of a sweep one after another, and lets a turn of the event loop pass after each, so that timers, clicks and the
 * signal come through.
 *
 * @throws the signal's reason if it is aborted
 */
export async function sweep(
  steps: readonly (() => Promise<void>)[],
  { signal, onProgress }: SweepOptions,
): Promise<void> {
  signal?.throwIfAborted();
  for (const [i, step] of steps.entries()) {
    await step();
    onProgress?.(i + 1, steps.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
  }
}

/** Reads a tensor and disposes of it. */
export async function readAndDispose(tensor: { data(): Promise<unknown>; dispose(): void }): Promise<Float32Array> {
  try {
    return Float32Array.from((await tensor.data()) as ArrayLike<number>);
  } finally {
    tensor.dispose();
  }
}
