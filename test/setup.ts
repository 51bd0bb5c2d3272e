// Runs in front of every test file: a test that prints or leaves a tensor behind has failed.
import { afterAll, afterEach, beforeEach } from "vitest";

const printed: string[] = [];
for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const) {
  console[method] = (...args: unknown[]) => void printed.push(`console.${method}: ${args.map(String).join(" ")}`);
}

/** The tensors alive, without loading tfjs into files that do not: it keeps its engine under this name. */
function tensorCount(): number {
  const { _tfengine: engine } = globalThis as { _tfengine?: { state: { numTensors: number } } };
  return engine?.state.numTensors ?? 0;
}

function failIfPrinted(): void {
  const lines = printed.splice(0);
  if (lines.length > 0) throw new Error(`expected a silent console, got ${lines.join("\n")}`);
}

let before = 0;
beforeEach(() => {
  before = tensorCount();
});

afterEach(() => {
  const left = tensorCount() - before;
  failIfPrinted();
  if (left !== 0)
    throw new Error(
      `expected as many tensors as before the test, got ${Math.abs(left)} ${left > 0 ? "more" : "fewer"}`,
    );
});

afterAll(failIfPrinted);
