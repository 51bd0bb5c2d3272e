import { Command, Option } from "commander";
import type { SaveGgufOptions } from "@qkv/pretrained";
import { untilInterrupted } from "../interrupt.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

const DTYPES = ["auto", "F32", "F16", "BF16"] as const satisfies readonly SaveGgufOptions["dtype"][];

interface ExportGgufCommandOptions {
  readonly dtype: (typeof DTYPES)[number];
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** `qkv export gguf`: a decoder as a file for llama.cpp, with its numbers as they are. */
export function exportGgufCommand(): Command {
  return new Command("gguf")
    .description(
      "Write a decoder that llama.cpp has too (Llama, Qwen, Gemma, Phi, GPT-2, ...) as a GGUF file, with its tokenizer and its chat template; qkv quantize rounds it to fewer bits.",
    )
    .argument("<ref>", MODEL_REF)
    .argument("<out>", "the .gguf file that it becomes")
    .addOption(
      new Option("--dtype <name>", "of matrices that are floats; auto holds every number as it is")
        .choices(DTYPES)
        .default("auto"),
    )
    .option("--overwrite", "replace what is there")
    .option("--json", "one JSON object: file, bytes, architecture")
    .action((ref: string, out: string, options: ExportGgufCommandOptions) =>
      untilInterrupted((signal) => runExport(ref, out, options, signal)),
    );
}

async function runExport(
  ref: string,
  out: string,
  { dtype, overwrite = false, json }: ExportGgufCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const { expectNewFile } = await import("../export/expectNewFile.ts");
  await expectNewFile(out, ".gguf", overwrite);
  const files = await openModelFiles(ref);
  const { stat } = await import("node:fs/promises");
  const { loadPretrained } = await import("@qkv/pretrained");
  const { saveGguf } = await import("@qkv/pretrained/node");
  const { CAUSAL_FAMILIES } = await import("@qkv/transformer");
  const { ggufContents } = await import("../export/ggufContents.ts");
  const { startWasm } = await import("../wasmBackend.ts");
  await startWasm();
  // Of other families the config is refused, before any weight is read.
  const pretrained = await loadPretrained(files, { signal, families: CAUSAL_FAMILIES, ...tokenizerOptions() });
  try {
    await saveGguf(out, { ...ggufContents(pretrained), dtype });
    const { size } = await stat(out);
    if (json) return await writeJson({ file: out, bytes: size, architecture: pretrained.architecture });
    await writeText(`${(size / 1e6).toFixed(1).padStart(9)} MB  ${out}\n`);
  } finally {
    pretrained.model.dispose();
  }
}
