import { writeFile } from "node:fs/promises";
import type { TranslateOptions } from "@qkv/pretrained";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { shippedTranslationModel } from "../modelFolders.ts";
import { note } from "../note.ts";
import { numbered } from "../numberedFile.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { oneLine } from "../oneLine.ts";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { streamInputLines } from "../textLines.ts";

interface TranslateCommandOptions extends BackendChoice {
  readonly model?: string;
  readonly from: string;
  readonly to: string;
  readonly beams: number;
  readonly maxTokens?: number;
  readonly attention?: string;
  readonly json?: boolean;
}

/** `qkv translate`: one line out for each line in. */
export function translateCommand(): Command {
  return withBackendOptions(
    new Command("translate")
      .description("Translate texts, or the lines of standard input if none is given: one line out for each line in.")
      .argument("[text...]", "what to translate")
      .option("--model <ref>", `${MODEL_REF} (default: the shipped one for --from and --to)`)
      .option("--from <language>", "the language to translate from", "en")
      .option("--to <language>", "the language to translate to", "fr")
      .option("--beams <n>", "beams kept while searching", atLeastOne, 4)
      .option("--max-tokens <n>", "the longest translation of a sentence", atLeastOne)
      .option(
        "--attention <file>",
        "write an SVG of where each target token looked (several inputs: FILE gets a number)",
      )
      .option("--json", "a JSON object a line: source, translation, score, tokens"),
  ).action((texts: string[], options: TranslateCommandOptions) =>
    untilInterrupted((signal) => runTranslate(texts, options, signal)),
  );
}

async function runTranslate(texts: string[], options: TranslateCommandOptions, signal: AbortSignal): Promise<void> {
  const { model, from, to, beams, maxTokens, attention } = options;
  const files = await openModelFiles(model ?? shippedTranslationModel(from, to));
  const { openTranslator } = await import("../openTranslator.ts");

  await startBackend(options);
  const { translator, attentionPicture, dispose } = await openTranslator(files, from, signal);
  try {
    let number = 0;
    for await (const line of texts.length > 0 ? texts : streamInputLines(signal)) {
      number += 1;
      const translated = await withProgress((onProgress) =>
        translator.translate(line, { beams, ...(maxTokens !== undefined && { maxTokens }), signal, onProgress }),
      );
      const { translation, score, tokens, truncated } = translated;
      if (truncated > 0) note(`line ${number}: sentences that ran into the limit of tokens: ${truncated}`);
      if (options.json) await writeJson({ source: line, translation, score, tokens });
      else await writeText(`${oneLine(translation)}\n`);
      if (attention !== undefined) {
        const file = texts.length === 1 ? attention : numbered(attention, number);
        await writeFile(file, await attentionPicture(translated));
      }
    }
  } finally {
    dispose();
  }
  signal.throwIfAborted();
}

/** Shows a bar for a text of many sentences. */
async function withProgress<T>(
  run: (onProgress: NonNullable<TranslateOptions["onProgress"]>) => Promise<T>,
): Promise<T> {
  let bar: ProgressBar | undefined;
  try {
    return await run(({ done, total }) => {
      if (total < MANY_SENTENCES) return;
      bar ??= progressBar("translating", total);
      bar.update(done);
    });
  } finally {
    bar?.stop();
  }
}

const MANY_SENTENCES = 20; // a second or two of work
