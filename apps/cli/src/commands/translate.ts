import { writeFile } from "node:fs/promises";
import type { TranslateOptions } from "@qkv/pretrained";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { numbered } from "../numberedFile.ts";
import { atLeastOne, beamCount } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { oneLine } from "../oneLine.ts";
import { expectWritable } from "../outputFile.ts";
import { pictureKind } from "../pictureFile.ts";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { streamInputLines } from "../textLines.ts";
import type { TranslatedLine } from "../translateLines.ts";
import { chooseTranslation, DEFAULT_BEAMS, type TranslationChoice } from "../translationChoice.ts";
import { textRows, workOf } from "../workEstimate.ts";

interface TranslateCommandOptions extends BackendChoice, TranslationChoice {
  readonly beams?: number;
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
      .option(
        "--from <language>",
        "the language to translate from, a tag or the model's own name for it (default: as the model says, else en)",
      )
      .option("--to <language>", "the language to translate to, of a model that knows several too (default: fr)")
      .option("--beams <n>", "beams kept while searching (default: as the model says, else 4)", beamCount)
      .option("--max-tokens <n>", "the longest translation of a sentence", atLeastOne)
      .option(
        "--attention <file>",
        "write where each target token looked, as .svg (several inputs: FILE gets a number)",
      )
      .option("--json", "a JSON object a line: source, translation, score, tokens"),
  ).action((texts: string[], options: TranslateCommandOptions) =>
    untilInterrupted((signal) => runTranslate(texts, options, signal)),
  );
}

async function runTranslate(texts: string[], options: TranslateCommandOptions, signal: AbortSignal): Promise<void> {
  const { maxTokens, attention } = options;
  if (attention !== undefined) {
    pictureKind("--attention", attention, ["svg"]);
    await expectWritable("--attention", attention);
  }
  const { model, ...direction } = await chooseTranslation(options);
  const settings = { ...direction, beams: options.beams };
  const files = await openModelFiles(model);
  const { openTranslator } = await import("../openTranslator.ts");
  const { translateLines } = await import("../translateLines.ts");

  const { beams: kept = DEFAULT_BEAMS } = options;
  const rows = texts.length === 0 ? undefined : textRows(texts) * (1 + kept); // each line of standard input comes by itself
  await startBackend(options, () => workOf(files, () => rows));
  const { translator, beams, attentionPicture, dispose } = await openTranslator(files, settings, signal);
  const done = new AbortController();
  try {
    const translateBatch = (lines: readonly string[]) =>
      withProgress((onProgress) =>
        translator.translateBatch(lines, {
          numBeams: beams,
          ...(maxTokens !== undefined && { maxNewTokens: maxTokens }),
          signal,
          onProgress,
        }),
      );
    const lines = texts.length > 0 ? texts : streamInputLines(AbortSignal.any([signal, done.signal]));
    let [number, failed] = [0, 0];
    for await (const translated of translateLines(lines, translateBatch, signal)) {
      number += 1;
      await writeTranslated(translated, options.json);
      const { translation, error } = translated;
      if (error !== undefined) {
        failed += 1;
        note(`line ${number}: not translated: ${error.message}`);
        continue;
      }
      const { truncated, unknownScript } = translation;
      if (unknownScript > 0)
        note(`line ${number}: sentences left as they are, in letters that the model does not know: ${unknownScript}`);
      if (truncated > 0) note(`line ${number}: sentences that ran into the limit of tokens: ${truncated}`);
      if (attention !== undefined) {
        const file = texts.length === 1 ? attention : numbered(attention, number);
        await writeFile(file, await attentionPicture(translation));
      }
    }
    if (failed > 0) throw new Error(`expected to translate every line, got none for ${failed} of ${number}`);
  } finally {
    done.abort(); // lets go of standard input, where more may be to come
    dispose();
  }
  signal.throwIfAborted();
}

/** Writes the one line out for a line in. */
async function writeTranslated({ line, translation: found, error }: TranslatedLine, json = false): Promise<void> {
  if (!json) return writeText(`${oneLine(found?.translation ?? "")}\n`);
  if (found === undefined) return writeJson({ source: line, error: error.message });
  const { translation, score, tokens } = found;
  return writeJson({ source: line, translation, score, tokens });
}

/** Shows a bar for what takes more than a moment. */
async function withProgress<T>(
  run: (onProgress: NonNullable<TranslateOptions["onProgress"]>) => Promise<T>,
): Promise<T> {
  const start = Date.now();
  let bar: ProgressBar | undefined;
  try {
    return await run(({ done, total }) => {
      if (Date.now() - start < MOMENT_MS) return;
      bar ??= progressBar("translating", total);
      bar.update(done);
    });
  } finally {
    bar?.stop();
  }
}

const MOMENT_MS = 2000;
