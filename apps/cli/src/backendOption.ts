import { BACKEND_NAMES, type BackendName, initBackend } from "@qkv/backend";
import { Option } from "commander";

/** `--backend webgpu|wasm|cpu`, the same for every command that computes. */
export function backendOption(): Option {
  return new Option("--backend <name>", "where to compute (default: webgpu on real hardware, else wasm)").choices([
    ...BACKEND_NAMES,
  ]);
}

/** Starts the backend asked for; says on standard error if another one had to be taken. */
export async function startBackend(choice: BackendName | undefined): Promise<string> {
  const { name, refused } = await initBackend(choice);
  const reason = refused.find((refusal) => refusal.name === choice)?.reason;
  if (reason !== undefined) process.stderr.write(`${choice} could not be started (${reason}); using ${name}\n`);
  return name;
}
