import type { QuantizationFormat } from "@qkv/pretrained";
import { Command, Option } from "commander";
import { untilInterrupted } from "../interrupt.ts";
import { MODEL_REF } from "../openModelFiles.ts";

// Those of `@qkv/pretrained`, which is imported when the command runs.
const FORMATS = [
  "q8_0",
  "q6_k",
  "q5_1",
  "q5_0",
  "q4_1",
  "q4_k",
  "q4_0",
] as const satisfies readonly QuantizationFormat[];

/** `qkv quantize`: a model with its matrices in 8 to 4 bits, as a folder or a GGUF file. */
export function quantizeCommand(): Command {
  return new Command("quantize")
    .description("Round a model's matrices and tables to 8 to 4 bits as llama.cpp does, and save it.")
    .requiredOption("--model <ref>", MODEL_REF)
    .addOption(new Option("--format <name>", "what to round to").choices(FORMATS).makeOptionMandatory())
    .requiredOption("--out <path>", "the folder to write, or the .gguf file of a decoder")
    .option("--skip <name...>", "matrices and tables that stay as they are, by the ends of their names: lmHead")
    .option("--text <file>", "lines like those that the model is for: rounds so that their results change least")
    .addOption(
      new Option(
        "--layout <name>",
        "how a folder holds the codes: Python opens compressed-tensors, which has no tables",
      ).choices(["mlx", "compressed-tensors"] as const),
    )
    .option("--overwrite", "replace what is there")
    .option("--json", "one JSON object: format, layers with their errors, kept, bytes")
    .action(async (options) => {
      const { quantizeModel } = await import("../quantization/quantizeModel.ts");
      await untilInterrupted((signal) => quantizeModel(options, signal));
    });
}
