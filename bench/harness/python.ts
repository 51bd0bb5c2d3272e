import { spawnSync } from "node:child_process";

/** The Python that `QKV_PYTHON` names, or python3: how to call it, or why it is of no use. */
export function pythonWith(module: string): { readonly command: string } | { readonly unavailable: string } {
  const command = process.env["QKV_PYTHON"] ?? "python3";
  const { status, error } = spawnSync(command, ["-c", `import ${module}`], { stdio: "ignore" });
  if (error !== undefined) return { unavailable: `${command} was not found` };
  return status === 0 ? { command } : { unavailable: `${command} has no ${module}` };
}
