import type { LabelScore } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { Command } from "commander";
import { withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";
import { UsageError } from "../usageError.ts";

interface ClassifyTextCommandOptions extends TextTaskChoice {
  readonly top?: number;
  readonly labels?: readonly string[];
  readonly hypothesis?: string;
  readonly multiLabel?: boolean;
}

/** `qkv classify-text`: sentiment, topic, or labels of one's own. */
export function classifyTextCommand(): Command {
  return withBackendOptions(
    new Command("classify-text")
      .description("Classify each text, or each line of standard input: its classes, the likeliest first.")
      .argument("[text...]", "what to classify")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--top <n>", "how many classes to tell (default: all)", atLeastOne)
      .option("--labels <labels...>", "labels of your own, for a model of natural language inference")
      .option("--hypothesis <text>", "the sentence that is to follow from the text, with {} for a label")
      .option("--multi-label", "each of the labels may fit, not one alone")
      .option("--json", "a JSON object a line: text, labels"),
  ).action((texts: string[], options: ClassifyTextCommandOptions) =>
    untilInterrupted((signal) => runClassifyText(texts, options, signal)),
  );
}

async function runClassifyText(
  texts: string[],
  options: ClassifyTextCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const { createTextClassifier, createZeroShotClassifier } = await import("@qkv/pretrained");
  const { labels, hypothesis, multiLabel = false, top = Infinity } = options;
  if (labels === undefined && (hypothesis !== undefined || multiLabel)) {
    throw new UsageError("classify-text: expected --labels with --hypothesis and --multi-label, got none");
  }
  const write = async (text: string, found: readonly LabelScore[]) => {
    const best = found.slice(0, top);
    if (options.json) return writeJson({ text, labels: best });
    return writeText(
      `${best.map(({ label, score }) => `${printable(label)} ${score.toFixed(4)}`).join("\t")}\t${oneLine(text)}\n`,
    );
  };
  if (labels === undefined) {
    return runTextTask(texts, options, signal, {
      create: createTextClassifier,
      run: (classifier, lines, settings) => classifier.classifyBatch(lines, settings),
      write,
    });
  }
  const zeroShot = { multiLabel, ...(hypothesis !== undefined && { hypothesis }) };
  return runTextTask(texts, options, signal, {
    create: createZeroShotClassifier,
    run: (classifier, lines, settings) => classifier.classifyBatch(lines, labels, { ...settings, ...zeroShot }),
    write,
  });
}
