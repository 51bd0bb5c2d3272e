import { connectWorker } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComputeApi } from "./computeApi.ts";

/** What went wrong in a figure at last. */
export const computeError = signal<unknown>(undefined);

type Functions<Module> = {
  readonly [Name in keyof Module as Module[Name] extends (...args: never[]) => unknown ? Name : never]: Module[Name];
};
type Call = (...args: never[]) => unknown;

type Connection = { readonly worker: { compute(...args: Parameters<ComputeApi["compute"]>): Promise<unknown> } };

let startWorker: () => Worker;
let connection: Connection | undefined;

/** Says how the worker starts that computes the figures: when the first of them asks. */
export function computeIn(start: () => Worker): void {
  startWorker = start;
}

function call(chapter: string, name: string, args: readonly unknown[]): Promise<unknown> {
  connection ??= connectWorker<ComputeApi>(startWorker);
  return connection.worker.compute(chapter, name, args);
}

/**
 * A hook that calls functions of a chapter's `compute.ts` in the worker. While one is computed, only the last of what is
 * asked for waits: a figure that is moved shows what it can, and ends with what it was moved to.
 */
export function computing<Module>(chapter: string) {
  return function useComputed<Name extends keyof Functions<Module> & string>(
    name: Name,
    ...args: Functions<Module>[Name] extends Call ? Parameters<Functions<Module>[Name]> : never
  ): (Functions<Module>[Name] extends Call ? Awaited<ReturnType<Functions<Module>[Name]>> : never) | undefined {
    const [result, setResult] = useState<unknown>();
    const asking = useRef<{ next: readonly unknown[] | undefined; isBusy: boolean }>({
      next: undefined,
      isBusy: false,
    });
    const key = JSON.stringify(args);
    useEffect(() => {
      const state = asking.current;
      state.next = args;
      if (!state.isBusy) void answer(state, (asked) => call(chapter, name, asked), setResult);
    }, [key]);
    return result as never;
  };
}

async function answer(
  state: { next: readonly unknown[] | undefined; isBusy: boolean },
  compute: (args: readonly unknown[]) => Promise<unknown>,
  onResult: (result: unknown) => void,
): Promise<void> {
  state.isBusy = true;
  try {
    while (state.next !== undefined) {
      const args = state.next;
      state.next = undefined;
      onResult(await compute(args));
    }
  } catch (error) {
    computeError.value = error;
  } finally {
    state.isBusy = false;
  }
}
