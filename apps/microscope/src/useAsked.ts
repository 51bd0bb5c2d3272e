import { isAbort, remoteListener } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { stop } from "./connection.ts";
import { problem } from "./models.ts";

/** How far what was asked of the worker is. */
export interface Asked<T> {
  /** The answer; that to what was asked before, while the next is computed. */
  readonly value: T | undefined;
  readonly isBusy: boolean;
  /** How many steps of how many are done, where there are many. */
  readonly progress: readonly [done: number, total: number] | undefined;
  /** Whether it was stopped, or failed: asked again it goes on. */
  readonly isStopped: boolean;
  again(): void;
}

type State<T> = Omit<Asked<T>, "again">;

/** Hears of progress, in the worker. */
type Listener = (done: number, total: number) => void;

/**
 * Asks the worker when a view is shown, and again when what it is about changes.
 *
 * @param about what the answer depends on
 * @param isLong whether it is worth to stop the worker when nobody waits any more
 */
export function useAsked<T>(
  about: readonly unknown[],
  ask: (onProgress: Listener) => Promise<T>,
  isLong = false,
): Asked<T> {
  const [state, setState] = useState<State<T>>({
    value: undefined,
    isBusy: true,
    progress: undefined,
    isStopped: false,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWaiting = true;
    const change = (news: Partial<State<T>>) => isWaiting && setState((before) => ({ ...before, ...news }));
    change({ isBusy: true, isStopped: false, progress: undefined });
    const listener = remoteListener((done: number, total: number) => void change({ progress: [done, total] }));
    const answer = async () => {
      try {
        const value = await ask(listener);
        change({ value, isBusy: false });
        isDone = true;
      } catch (error) {
        isDone = true;
        if (!isWaiting) return;
        change({ value: undefined, isBusy: false, isStopped: true });
        if (!isAbort(error)) problem.value = error;
      }
    };
    let isDone = false;
    void answer();
    return () => {
      isWaiting = false;
      if (isLong && !isDone) void stop();
    };
  }, [...about, turn]);
  return { ...state, again: () => setTurn((before) => before + 1) };
}
