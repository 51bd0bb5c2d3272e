import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { writeJson, writeText } from "../output.ts";

interface ExportTorchCommandOptions extends BackendChoice {
  readonly out: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** `qkv export torch`: a training run as a folder that PyTorch goes on with, and that `qkv train --resume` takes back. */
export function exportTorchCommand(): Command {
  return withBackendOptions(
    new Command("torch")
      .description(
        "Write a training run as a folder that torchrun or accelerate goes on with in PyTorch, on many machines, and that qkv train --resume takes back.",
      )
      .argument("<run>", "the run's folder")
      .requiredOption("--out <dir>", "the folder to write: the run, torch/ and train.py")
      .option("--data <dir>", "the folder that the config's data files are in (default: $QKV_DATA)")
      .option("--json", "one JSON object: task, step, steps"),
  ).action(async (run: string, options: ExportTorchCommandOptions) => {
    const { exportTorch } = await import("../torchExport/exportTorch.ts");
    const { out, data, json } = options;
    const made = await exportTorch({
      ...{ run, out, startBackend: () => startBackend(options) },
      ...(data !== undefined && { data }),
    });
    if (json) return writeJson(made);
    return writeText(
      `${made.steps} steps after step ${made.step}: torchrun --nproc-per-node N ${out}/train.py\n` +
        `and back: qkv train ${made.task} --resume ${out}\n`,
    );
  });
}
