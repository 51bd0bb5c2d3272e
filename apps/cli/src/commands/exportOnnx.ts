import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

interface ExportOnnxCommandOptions extends BackendChoice {
  readonly externalData?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** `qkv export onnx`: a decoder-only model, with its cache, or an encoder of text as a graph of ONNX. */
export function exportOnnxCommand(): Command {
  return withBackendOptions(
    new Command("onnx")
      .description(
        "Write a decoder-only model or an encoder of text as ONNX in float32, with the names of Hugging Face's optimum, for onnxruntime and Triton.",
      )
      .argument("<ref>", MODEL_REF)
      .argument("<out>", "the folder that it becomes: model.onnx, config.json, the tokenizer's files")
      .option("--external-data", "the weights in a file of their own, as they are from 1.5 GB on")
      .option("--overwrite", "replace what is there")
      .option("--json", "one JSON object: files with their bytes"),
  ).action((ref: string, out: string, options: ExportOnnxCommandOptions) =>
    untilInterrupted((signal) => runExport(ref, out, options, signal)),
  );
}

async function runExport(
  ref: string,
  out: string,
  options: ExportOnnxCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const { expectNewFolder, writeFolder } = await import("../export/writeFolder.ts");
  await expectNewFolder(out, options.overwrite ?? false);
  const files = await openModelFiles(ref);
  const { loadPretrained, readOptionalFile } = await import("@qkv/pretrained");
  const { exportOnnx, isOnnxExportable } = await import("@qkv/onnx");
  const { sideFilesOf } = await import("../quantization/sideFiles.ts");
  await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, dtype: "float32", ...tokenizerOptions() });
  try {
    const { model, architecture } = pretrained;
    if (!isOnnxExportable(model)) {
      const expected = "export onnx: expected a decoder-only language model or an encoder of text";
      throw new UsageError(`${expected}, got ${ref}: ${architecture}`);
    }
    const { externalData } = options;
    const made = await exportOnnx(model, externalData === undefined ? {} : { externalData });
    signal.throwIfAborted();
    const config = await readOptionalFile(files, "config.json");
    const sides = await sideFilesOf(files, pretrained);
    const all = [
      ...made.map(({ name, parts }) => [name, parts] as const),
      ...[...(config === undefined ? [] : [["config.json", config] as const]), ...sides].map(
        ([name, bytes]) => [name, [bytes]] as const,
      ),
    ];
    const sizes = await writeFolder(out, all);
    if (options.json) return await writeJson({ files: sizes });
    const lines = Object.entries(sizes).map(([name, bytes]) => `${(bytes / 1e6).toFixed(1).padStart(9)} MB  ${name}\n`);
    await writeText(lines.join(""));
  } finally {
    pretrained.model.dispose();
  }
}
