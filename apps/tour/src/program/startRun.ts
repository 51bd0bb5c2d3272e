import type { Failure, RunNews, RunRequest } from "./runMessages.ts";

/** Bounds of a run: without a sign of life, altogether, and of its tensors. */
export const LIMITS = { silentMs: 15_000, totalMs: 15 * 60_000, bytes: 1.5e9 } as const;

const CHECK_MS = 500;

/** A program that runs. */
export interface Run {
  /** Ends it at once, whatever it does. */
  stop(): void;
}

/**
 * Runs a program in a worker of its own.
 *
 * It is ended when it gives no sign of life for long, since then it loops, runs too long, or takes too much memory.
 *
 * @param onNews hears what becomes of it; the last is "done" or "failed", but a timer of the program may print later
 */
export function startRun(request: RunRequest, onNews: (news: RunNews) => void): Run {
  const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
  const { port1: news, port2 } = new MessageChannel();
  let heard = performance.now();
  let isRunning = false; // not while its modules are loaded, which takes as long as the network does
  const start = heard;
  let checked = heard;
  const end = (failure?: Failure) => {
    clearInterval(timer);
    worker.terminate();
    news.close();
    if (failure !== undefined) onNews({ type: "failed", failure });
  };
  const timer = window.setInterval(() => {
    const now = performance.now();
    const wasAsleep = now - checked > 4 * CHECK_MS; // a page in the background, or a computer that slept
    checked = now;
    if (wasAsleep) heard = now;
    else if (isRunning && now - heard > LIMITS.silentMs) end({ kind: "silent" });
    else if (isRunning && now - start > LIMITS.totalMs) end({ kind: "time" });
  }, CHECK_MS);
  news.addEventListener("message", ({ data }: MessageEvent<RunNews>) => {
    heard = performance.now();
    if (data.type === "alive") {
      if (data.bytes > LIMITS.bytes) end({ kind: "memory" });
      return;
    }
    if (data.type === "running") isRunning = true;
    if (data.type === "done") isRunning = false;
    if (data.type === "failed") end();
    onNews(data);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    end({ kind: "thrown", message: event.message || "the worker ended" });
  });
  worker.postMessage(request, [port2]);
  news.start();
  return { stop: () => end() };
}
