import type { Aggregation } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { Command, Option } from "commander";
import { withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";

interface TagCommandOptions extends TextTaskChoice {
  readonly aggregation: Aggregation;
}

/** `qkv tag`: named entities, or other kinds of words. */
export function tagCommand(): Command {
  return withBackendOptions(
    new Command("tag")
      .description("Find named entities, or other kinds of words, in each text or each line of standard input.")
      .argument("[text...]", "where to find them")
      .requiredOption("--model <ref>", MODEL_REF)
      .addOption(
        new Option("--aggregation <way>", "how tokens become entities")
          .choices(["none", "simple", "first", "average", "max"])
          .default("simple"),
      )
      .option("--json", "a JSON object a line: text, entities"),
  ).action((texts: string[], options: TagCommandOptions) =>
    untilInterrupted((signal) => runTag(texts, options, signal)),
  );
}

async function runTag(texts: string[], options: TagCommandOptions, signal: AbortSignal): Promise<void> {
  const { createTokenClassifier } = await import("@qkv/pretrained");
  const { aggregation } = options;
  await runTextTask(texts, options, signal, {
    create: createTokenClassifier,
    run: (classifier, lines) => classifier.tagBatch(lines, { signal, aggregation }),
    write: (text, entities) => {
      if (options.json) return writeJson({ text, entities });
      const shown = entities.map(
        ({ label, text: found, score }) => `${printable(label)} ${score.toFixed(4)} ${oneLine(found)}`,
      );
      return writeText(`${shown.join("\t")}\n`);
    },
  });
}
