import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// It lies in the installed package: this file is in src/torchExport, its build in dist.
const PLACES = ["../torch/train.py", "../../torch/train.py", "../../../torch/train.py"];

/** The path of the program that goes on with an exported run in PyTorch. */
export function trainingScript(): string {
  const found = PLACES.map((url) => fileURLToPath(new URL(url, import.meta.url))).find(existsSync);
  if (found === undefined) throw new Error("expected torch/train.py in the package of the program, got nothing");
  return found;
}
