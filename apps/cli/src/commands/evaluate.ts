import { Command, Option } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne, beamCount } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson } from "../output.ts";
import { expectWritable } from "../outputFile.ts";
import { progressBar } from "../progressBar.ts";
import { readLines } from "../textLines.ts";
import type { KindSentence } from "../translation/kinds/testOfKinds.ts";
import type { SentencePair } from "../translation/pairs/pairs.ts";
import { chooseTranslation } from "../translationChoice.ts";
import { UsageError } from "../usageError.ts";
import { evaluateImagesCommand } from "./evaluateImages.ts";
import { evaluateTextCommand } from "./evaluateText.ts";
import { kindsTable } from "./kindsTable.ts";

interface EvaluateTranslationOptions extends BackendChoice {
  readonly model: string;
  readonly source?: string;
  readonly reference?: string;
  readonly pairs?: string;
  readonly reverse?: boolean;
  readonly split?: "test" | "validation";
  readonly kinds?: string;
  readonly data?: string;
  readonly from?: string;
  readonly to?: string;
  readonly beams?: number;
  readonly maxTokens?: number;
  readonly tokenize?: "13a" | "char";
  readonly group?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

/** `qkv evaluate TASK`: a model's score. */
export function evaluateCommand(): Command {
  const translation = withBackendOptions(
    new Command("translation")
      .description("Translate and score as sacreBLEU does: two files of lines, or a part of tab-separated pairs.")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--source <file>", "sentences to translate, one a line")
      .option("--reference <file>", "their translations, one a line")
      .option("--pairs <file>", "instead: tab-separated pairs in the data folder, .txt or .zip")
      .option("--kinds <file>", "instead: a generated test of kinds (numbers, names, links, ...), scored by kind")
      .option("--reverse", "translate the pairs' second language to the first")
      .option("--split <part>", "the part of the pairs: test or validation", "test")
      .option(
        "--group",
        "the parts go by the third column's group, whole ones; final marks are added where one side has none",
      )
      .addOption(
        new Option("--tokenize <how>", "BLEU's tokens: words and marks, or characters (Korean)")
          .choices(["13a", "char"])
          .default("13a"),
      )
      .option("--data <dir>", "the folder that --pairs is in (default: $QKV_DATA)")
      .option("--from <language>", "the language of the sentences (default: as the model's name says, else en)")
      .option("--to <language>", "the language to translate to, of a model that knows several")
      .option("--beams <n>", "beams kept while searching (default: as the model says, else 4)", beamCount)
      .option("--max-tokens <n>", "the longest translation of a sentence", atLeastOne)
      .option("--output <file>", "write the translations, one a line")
      .option("--json", "one JSON object: bleu, chrf, signature; of kinds: kinds"),
  ).action((options: EvaluateTranslationOptions) => untilInterrupted((signal) => evaluateTranslation(options, signal)));
  return new Command("evaluate")
    .description("Score a model.")
    .addCommand(translation)
    .addCommand(evaluateImagesCommand())
    .addCommand(evaluateTextCommand());
}

async function evaluateTranslation(options: EvaluateTranslationOptions, signal: AbortSignal): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  const { bleu, chrF } = await import("@qkv/training");
  const { openTranslator } = await import("../openTranslator.ts");

  const kinds = options.kinds === undefined ? undefined : await readKinds(options.kinds, options.reverse ?? false);
  const { sources, references } = kinds ? segmentsOf(kinds) : await readSegments(options);
  const { model, ...direction } = await chooseTranslation(options);
  const settings = { ...direction, beams: options.beams };
  if (options.output !== undefined) await expectWritable("--output", options.output);
  const backend = await startBackend(options);
  const { translator, beams, dispose } = await openTranslator(await openModelFiles(model), settings, signal);
  const bar = progressBar("translating", sources.length);
  try {
    const { maxTokens } = options;
    const translated = await translator.translateBatch(sources, {
      numBeams: beams,
      ...(maxTokens !== undefined && { maxNewTokens: maxTokens }),
      signal,
      onProgress: ({ done }) => bar.update(done),
    });
    bar.stop();
    const hypotheses = translated.map(({ translation }) => oneLine(translation));
    if (options.output !== undefined) await writeFile(options.output, hypotheses.map((line) => `${line}\n`).join(""));
    if (kinds !== undefined) {
      const { scoreKinds } = await import("../translation/kinds/scoreKinds.ts");
      const scores = scoreKinds(kinds, hypotheses);
      process.stdout.write(
        options.json ? `${JSON.stringify({ kinds: scores, beams, backend })}\n` : kindsTable(scores),
      );
      return;
    }
    const { score, signature } = bleu(hypotheses, [references], { tokenize: options.tokenize ?? "13a" });
    const scores = { bleu: score, chrf: chrF(hypotheses, [references]).score, signature, segments: sources.length };
    if (options.json) await writeJson({ ...scores, beams, backend });
    else process.stdout.write(describe(scores));
  } finally {
    bar.stop();
    dispose();
  }
}

function describe({
  bleu,
  chrf,
  signature,
  segments,
}: {
  bleu: number;
  chrf: number;
  signature: string;
  segments: number;
}): string {
  return `BLEU ${bleu.toFixed(2)} (${signature})\nchrF ${chrf.toFixed(2)}\nsegments ${segments}\n`;
}

/** Sentences to translate, and their translations. */
interface Segments {
  readonly sources: readonly string[];
  readonly references: readonly string[];
}

function segmentsOf(pairs: readonly SentencePair[]): Segments {
  return { sources: pairs.map(({ source }) => source), references: pairs.map(({ target }) => target) };
}

async function readKinds(file: string, reverse: boolean): Promise<KindSentence[]> {
  const { openTestOfKinds } = await import("../translation/kinds/openTestOfKinds.ts");
  return openTestOfKinds(file, reverse);
}

async function readSegments(options: EvaluateTranslationOptions): Promise<Segments> {
  const { source, reference, pairs, split = "test" } = options;
  if (pairs !== undefined) {
    const { dataFolder } = await import("../dataFolder.ts");
    const { readPairs } = await import("../translation/pairs/pairs.ts");
    if (!["test", "validation"].includes(split))
      throw new UsageError(`--split: expected test or validation, got ${split}`);
    const files = { tsv: pairs, reverse: options.reverse ?? false };
    const folder = dataFolder(options.data);
    if (!options.group) return segmentsOf(await readPairs(files, folder, split));
    const { withFinalMarks } = await import("../translation/pairs/cleaning.ts");
    return segmentsOf((await readPairs(files, folder, split, "group")).map(withFinalMarks));
  }
  if (source === undefined || reference === undefined) {
    throw new UsageError("expected --source FILE and --reference FILE, --pairs FILE, or --kinds FILE");
  }
  const [sources, references] = [await readLines(source), await readLines(reference)];
  if (sources.length === 0) throw new UsageError(`--source: expected at least one line in ${source}, got none`);
  if (sources.length !== references.length) {
    throw new UsageError(`--reference: expected ${sources.length} lines as in --source, got ${references.length}`);
  }
  return { sources, references };
}
