import { Command } from "commander";
import { exportGgufCommand } from "./exportGguf.ts";
import { exportOnnxCommand } from "./exportOnnx.ts";
import { exportTorchCommand } from "./exportTorch.ts";

/** `qkv export`: models for other programs. */
export function exportCommand(): Command {
  return new Command("export")
    .description("Write a model, or a training run, for other programs.")
    .addCommand(exportOnnxCommand())
    .addCommand(exportGgufCommand())
    .addCommand(exportTorchCommand());
}
