// Runs one program, once: the page ends this worker and starts another for the next.
import { getBackend, memory } from "@tensorflow/tfjs-core";
import type { Failure, RunRequest } from "../runMessages.ts";
import { setRun, tell } from "./page.ts";
import { ProgramError } from "./prepare.ts";
import { catchConsole, flushPrinted } from "./printing.ts";
import { readyProgram } from "./runProgram.ts";

/** How often the page is told that the program does not hang, in milliseconds. */
const ALIVE_MS = 250;

function fail(failure: Failure): void {
  flushPrinted();
  tell({ type: "failed", failure });
}

async function run({ source, size }: RunRequest, page: MessagePort | undefined): Promise<void> {
  setRun(size, page);
  try {
    const program = await readyProgram(source);
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      fail(program.failureOf(event.reason));
    });
    addEventListener("error", (event) => {
      event.preventDefault();
      fail(program.failureOf(event.error ?? event.message));
    });
    catchConsole();
    // A program that wants no tensors starts no backend; asking one then throws.
    const alive = () => tell({ type: "alive", bytes: getBackend() ? memory().numBytes : 0 });
    setInterval(alive, ALIVE_MS);
    tell({ type: "running" });
    try {
      await program.run();
    } catch (error) {
      return fail(program.failureOf(error));
    }
    flushPrinted();
    tell({ type: "done" });
  } catch (error) {
    fail(
      error instanceof ProgramError
        ? error.failure
        : { kind: "thrown", message: error instanceof Error ? error.message : String(error) },
    );
  }
}

addEventListener("message", ({ data, ports }: MessageEvent<RunRequest>) => void run(data, ports[0]), { once: true });
