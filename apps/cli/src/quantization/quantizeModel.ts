import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isNamed } from "@qkv/nn";
import {
  type CodeLayoutName,
  loadPretrained,
  type Pretrained,
  quantize,
  type QuantizationFormat,
  type QuantizationReport,
} from "@qkv/pretrained";
import { saveGguf, savePretrained } from "@qkv/pretrained/node";
import { CAUSAL_FAMILIES } from "@qkv/transformer";
import { ggufContents } from "../export/ggufContents.ts";
import { findLocalModel } from "../modelFolders.ts";
import { openModelFiles } from "../openModelFiles.ts";
import { writeJson } from "../output.ts";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { startWasm } from "../wasmBackend.ts";
import { importanceOfText } from "./importanceOfText.ts";
import { reportTable } from "./reportTable.ts";
import { sideFilesOf } from "./sideFiles.ts";

/** Options of `qkv quantize`. */
export interface QuantizeModelOptions {
  readonly model: string;
  readonly format: QuantizationFormat;
  readonly out: string;
  readonly skip?: readonly string[];
  readonly text?: string;
  /** How a folder holds the codes; left out: mlx. */
  readonly layout?: CodeLayoutName;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Quantizes a model, saves it whole or not at all, and reports the error of each layer. */
export async function quantizeModel(options: QuantizeModelOptions, signal: AbortSignal): Promise<void> {
  await expectNew(options);
  const files = await openModelFiles(options.model);
  await startWasm();
  const pretrained = await loadPretrained(files, {
    signal,
    ...tokenizerOptions(),
    ...(isGguf(options.out) && { families: CAUSAL_FAMILIES }), // of which such files can be
  });
  try {
    const report = await quantized(pretrained, options, signal);
    signal.throwIfAborted();
    if (report.layers.length === 0) {
      const [first] = report.kept;
      const got = first === undefined ? "none" : `${first.name}: ${first.reason}`;
      throw new Error(`expected a matrix that can be rounded to ${options.format}, got ${got}`);
    }
    const { model } = pretrained;
    if (isGguf(options.out)) {
      await saveGguf(options.out, ggufContents(pretrained));
    } else {
      const { layout = "mlx", out } = options;
      await savePretrained(out, { model, dtype: "auto", layout, files: await sideFilesOf(files, pretrained) });
    }
    await write(report, options);
  } finally {
    pretrained.model.dispose();
  }
}

function isGguf(out: string): boolean {
  return out.endsWith(".gguf");
}

/** Looks before any work whether the output can hold the format, and is new or may be replaced. */
async function expectNew({ out, format, layout, overwrite = false }: QuantizeModelOptions): Promise<void> {
  if (layout !== undefined && isGguf(out)) {
    throw new UsageError(`--layout: expected a folder, whose codes it lays out, got ${out}`);
  }
  if (format === "q6_k" && !isGguf(out)) {
    throw new UsageError(`--out: expected a .gguf file for q6_k, whose groups of 16 no folder holds, got ${out}`);
  }
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  const isOfKind = isGguf(out) ? found.isFile() : found.isDirectory();
  const kind = found.isDirectory() ? "a folder" : "a file";
  if (!isOfKind) throw new UsageError(`--out: expected ${isGguf(out) ? "a file" : "a folder"}, got ${kind}, ${out}`);
  if (!overwrite) throw new UsageError(`--out: expected nothing at ${out} yet, got ${kind}: --overwrite replaces it`);
}

async function quantized(
  pretrained: Pretrained,
  { format, skip, text }: QuantizeModelOptions,
  signal: AbortSignal,
): Promise<QuantizationReport> {
  const { model } = pretrained;
  const names = skip && knownNames([...model.params.weights().keys()], skip);
  const importance = text === undefined ? undefined : await importanceOfText(pretrained, text, signal);
  let bar: ProgressBar | undefined;
  try {
    return await quantize(model, format, {
      signal,
      ...(names !== undefined && { skip: names }),
      ...(importance !== undefined && { importance }),
      onProgress: ({ name, done, total }) =>
        (bar ??= progressBar("quantizing", total, "{name}")).update(done, { name }),
    });
  } finally {
    bar?.stop();
  }
}

/** The names to skip. @throws UsageError if one names no weight of the model */
function knownNames(names: readonly string[], skip: readonly string[]): readonly string[] {
  const unknown = skip.find((target) => !names.some((name) => isNamed(name, target)));
  if (unknown === undefined) return skip;
  const some = names.filter((name) => name.endsWith(".weight")).slice(0, 4);
  throw new UsageError(`--skip: expected the end of a weight's name, such as ${some.join(", ")}, got ${unknown}`);
}

async function write(report: QuantizationReport, { out, json, model }: QuantizeModelOptions): Promise<void> {
  const weights = isGguf(out) ? out : path.join(out, "model.safetensors");
  const sizes = { before: await weightBytes(model), after: (await stat(weights)).size };
  if (json) await writeJson({ model, out, ...report, fileBytes: sizes });
  else process.stdout.write(reportTable(report, weights, sizes));
}

/** The size of a model's weights on this machine: of its GGUF file, or of all safetensors in its folder. */
async function weightBytes(ref: string): Promise<number | null> {
  const local = findLocalModel(ref);
  if (local === undefined) return null;
  const found = await stat(local);
  if (found.isFile()) return found.size;
  const names = (await readdir(local)).filter((name) => /\.(?:safetensors|gguf)$/.test(name));
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(local, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
