import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, PrintedLine, RunNews, RunSize } from "./runMessages.ts";
import { type Run, startRun } from "./startRun.ts";

/** A training of a program. */
export interface Training {
  readonly id: number;
  readonly steps: number;
  readonly losses: readonly number[];
}

/** What a program did so far. */
export interface RunState {
  readonly stage: "idle" | "preparing" | "running" | "done" | "stopped" | "failed";
  readonly lines: readonly PrintedLine[];
  readonly pictures: readonly { readonly name: string; readonly svg: string }[];
  readonly trainings: readonly Training[];
  readonly failure: Failure | undefined;
}

const IDLE: RunState = { stage: "idle", lines: [], pictures: [], trainings: [], failure: undefined };

/** A hook: a program's runs, one at a time, and what the last one did. Leaving the place ends it. */
export function useRun(): { state: RunState; start(source: string, size: RunSize): void; stop(): void; clear(): void } {
  const [state, setState] = useState(IDLE);
  const run = useRef<Run | undefined>(undefined);
  const end = () => {
    run.current?.stop();
    run.current = undefined;
  };
  useEffect(() => end, []);
  return {
    state,
    start: (source, size) => {
      end();
      setState({ ...IDLE, stage: "preparing" });
      run.current = startRun({ source, size }, (news) => setState((before) => after(before, news)));
    },
    stop: () => {
      end();
      setState((before) => ({ ...before, stage: "stopped" }));
    },
    clear: () => {
      end();
      setState(IDLE);
    },
  };
}

function after(state: RunState, news: RunNews): RunState {
  switch (news.type) {
    case "running":
    case "done":
      return { ...state, stage: news.type };
    case "printed":
      return { ...state, lines: [...state.lines, ...news.lines] };
    case "picture": {
      const others = state.pictures.filter(({ name }) => name !== news.name);
      return { ...state, pictures: [...others, { name: news.name, svg: news.svg }] };
    }
    case "fitting": {
      const before = state.trainings.find(({ id }) => id === news.id);
      const training = { id: news.id, steps: news.steps, losses: [...(before?.losses ?? []), ...news.losses] };
      return { ...state, trainings: [...state.trainings.filter(({ id }) => id !== news.id), training] };
    }
    case "failed":
      return { ...state, stage: "failed", failure: news.failure };
    case "alive":
      return state;
  }
}
