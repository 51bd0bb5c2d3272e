import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const folder = new URL("../../../test/onnx/", import.meta.url);

/** Whether onnxruntime is installed: `pnpm test:onnx` does it. Without it the tests of graphs are skipped. */
export const hasRuntime = existsSync(fileURLToPath(new URL("node_modules/onnxruntime-node", folder)));

/** Loads onnxruntime for Node, as what a test reads of it. */
export function onnxruntime<T>(): T {
  return createRequire(new URL("package.json", folder))("onnxruntime-node") as T;
}
