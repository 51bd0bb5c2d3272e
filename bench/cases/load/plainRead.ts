import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartEngine } from "../../harness/engine.ts";

export const start: StartEngine<{ folder: string }> = ({ folder }) =>
  Promise.resolve({ run: () => readFile(join(folder, "model.safetensors")) });
