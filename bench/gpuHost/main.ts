// One command for a host with a GPU: checks kernels against cpu, runs the cases on WebGPU, and prints JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inspectMachine } from "@qkv/backend";
import { CASES } from "../cases/index.ts";
import { type CaseLine, caseLineOf } from "./caseLine.ts";
import { checkKernels } from "./kernelChecks.ts";
import { reportOf } from "./reportOf.ts";
import { startWebgpu } from "./startWebgpu.ts";

/** Milliseconds for everything. */
const TIME = 8 * 60_000;
/** The longest that one case may take. */
const CASE_TIME = 80_000;
/** The longest in a short run, whose cases are small, and whose driver is slow. */
const SHORT_CASE_TIME = 400_000;

/** Those that compute no tensors on WebGPU, or none that others do not. */
const LEFT_OUT = ["tokenizers", "load"];

/** The order in which cases run while there is time: what tells most first. */
const FIRST = ["encoder", "vit", "llama", "decode", "train-step", "llama-1b", "embeddings"];

const isShort = process.argv.includes("--short");
const start = performance.now();
const note = (text: string) =>
  void process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s: ${text}\n`);

/** Runs a case in a process of its own, which is ended when its time is over; what it has found by then counts. */
async function runCase(name: string): Promise<CaseLine[]> {
  const left = isShort ? SHORT_CASE_TIME : Math.min(CASE_TIME, TIME - (performance.now() - start));
  if (left < 5000) return [{ case: name, why: "no time left" }];
  note(`${name} begins`);
  const program = fileURLToPath(new URL("runCase.js", import.meta.url));
  const child = spawn(process.execPath, [program, name, ...(isShort ? ["--short"] : [])], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // so that its engines end with it
  });
  const exit = once(child, "exit");
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, left);
  const lines: CaseLine[] = [];
  for await (const printed of createInterface({ input: child.stdout })) {
    const line = caseLineOf(printed);
    if (line !== undefined) lines.push(line);
  }
  const [code, signal] = (await exit) as [number | null, string | null];
  clearTimeout(timer);
  if (!isLate) endGroup(child.pid); // a peer that hangs is left behind
  if (isLate) lines.push({ case: name, why: `stopped after ${Math.round(left / 1000)} seconds` });
  else if (code !== 0) lines.push({ case: name, why: `its process ended by ${signal ?? `exit code ${code}`}` });
  else if (lines.length === 0) lines.push({ case: name, why: "it has no race on WebGPU" });
  return lines;
}

/** Ends a case's process, if it still runs, and the engines that it started. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // all have ended
  }
}

await startWebgpu();
const machine = await inspectMachine();
note(`${machine.gpu?.name ?? "no GPU"}: kernels are compared with cpu`);
const kernels = await checkKernels(isShort);
const order = [...new Set([...FIRST, ...Object.keys(CASES)])].filter((name) => !LEFT_OUT.includes(name));
const cases: CaseLine[] = [];
for (const name of order) cases.push(...(await runCase(name)));
const seconds = Math.round((performance.now() - start) / 1000);
const report = { machine, kernels, ...reportOf(cases), seconds };
await new Promise((resolve) => void process.stdout.write(`${JSON.stringify(report, null, 1)}\n`, resolve));
process.exit(kernels.wrong.length === 0 ? 0 : 1);
