import type { BackendName, WorkEstimate } from "@qkv/backend";
import { type Command, Option } from "commander";
import { note } from "./note.ts";
import { threadCount } from "./numberOption.ts";

/** Where and with how much a command computes. */
export interface BackendChoice {
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly wide?: boolean;
  readonly native?: boolean;
}

/** What `--backend` takes, written out so that help is shown without the engine. */
const BACKENDS: Readonly<Record<BackendName, true>> = { webgpu: true, wasm: true, cpu: true };

/** Adds `--backend` and `--threads`, the same for every command that computes. */
export function withBackendOptions(command: Command): Command {
  const backend = new Option(
    "--backend <name>",
    "where to compute (default: webgpu on real hardware for more than a little work, else wasm)",
  );
  return command
    .addOption(backend.choices(Object.keys(BACKENDS)))
    .option("--threads <n>", "threads that compute on wasm (default: one for each core, at most 8)", threadCount)
    .option("--wide", "compute on wasm with vectors that Node calls experimental: 256 bits from Node 24 on")
    .option("--native", "take products on wasm from the native kernels of @qkv/backend-native, if it is installed");
}

/**
 * Starts the backend asked for, or else the best for some work; says on standard error if another one, fewer threads, narrower
 * vectors, or no native kernels, had to do.
 *
 * @param estimate of the work, if there is one; not called where a backend is asked for
 */
export async function startBackend(
  { backend, threads, wide, native }: BackendChoice,
  estimate?: () => Promise<WorkEstimate | undefined>,
): Promise<string> {
  const { initBackend } = await import("@qkv/backend");
  const work = backend === undefined ? await estimate?.() : undefined;
  const report = await initBackend(backend, {
    ...(work && { work }),
    ...(threads === undefined ? {} : { threads }),
    ...(wide === undefined ? {} : { wide }),
    ...(native === undefined ? {} : { native }),
  });
  const reason = report.refused.find((refusal) => refusal.name === backend)?.reason;
  if (reason !== undefined) note(`${backend} could not be started (${reason}); using ${report.name}`);
  if (report.simdFallbackReason !== undefined) note(`computing without --wide (${report.simdFallbackReason})`);
  if (report.nativeFallbackReason !== undefined) note(`computing without --native (${report.nativeFallbackReason})`);
  if (report.threadsFallbackReason !== undefined) {
    note(`computing with ${report.threads} of the threads (${report.threadsFallbackReason})`);
  }
  return report.name;
}
