import { writeFile } from "node:fs/promises";
import type { TranslateOptions } from "@qkv/pretrained";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { numbered } from "../numberedFile.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { oneLine } from "../oneLine.ts";
import { expectWritable } from "../outputFile.ts";
import { pictureKind } from "../pictureFile.ts";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { streamInputLines } from "../textLines.ts";
import { chooseTranslation, DEFAULT_BEAMS, type TranslationChoice } from "../translationChoice.ts";

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
      .option("--from <language>", "the language to translate from (default: as the model's name says, else en)")
      .option("--to <language>", "the language to translate to, of a model that knows several too (default: fr)")
      .option("--beams <n>", "beams kept while searching (default: as the model says, else 4)", atLeastOne)
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
  const files = await openModelFiles(model);
  const { openTranslator } = await import("../openTranslator.ts");

  await startBackend(options);
  const { translator, attentionPicture, dispose } = await openTranslator(files, direction, signal);
  try {
    const beams = options.beams ?? translator.options.generation?.numBeams ?? DEFAULT_BEAMS;
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
