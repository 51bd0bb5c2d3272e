import { Command } from "commander";
import { withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";

interface FillCommandOptions extends TextTaskChoice {
  readonly top: number;
}

/** `qkv fill`: what stands in place of masks. */
export function fillCommand(): Command {
  return withBackendOptions(
    new Command("fill")
      .description("Guess what stands in place of each mask of a text, or of each line of standard input.")
      .argument("[text...]", "a text with masks as the model writes them, such as [MASK] or <mask>")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--top <n>", "how many tokens to tell for each mask", atLeastOne, 5)
      .option("--json", "a JSON object a line: text, masks"),
  ).action((texts: string[], options: FillCommandOptions) =>
    untilInterrupted((signal) => runFill(texts, options, signal)),
  );
}

async function runFill(texts: string[], options: FillCommandOptions, signal: AbortSignal): Promise<void> {
  const { createMaskFiller } = await import("@qkv/pretrained");
  const { top } = options;
  await runTextTask(texts, options, signal, {
    create: createMaskFiller,
    run: (filler, lines, settings) => filler.fillBatch(lines, { ...settings, top }),
    write: (text, masks) => {
      if (options.json) return writeJson({ text, masks });
      const shown = masks.map((tokens) =>
        tokens.map((each) => `${oneLine(each.text)} ${each.score.toFixed(4)}`).join(", "),
      );
      return writeText(`${shown.join("\t")}\n`);
    },
  });
}
