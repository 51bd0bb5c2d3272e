import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./workspace.ts";

/** Compiles the kernels where they never were; `pnpm test` does it anew when their sources changed. */
export function setup(): void {
  const folder = join(ROOT, "packages/backend-wasm");
  if (existsSync(join(folder, "wasm/kernels.wasm"))) return;
  execFileSync(process.execPath, [join(folder, "scripts/buildKernels.mjs")], { stdio: "inherit" });
}
