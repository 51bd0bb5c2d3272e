import { Command } from "commander";
import { withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson } from "../output.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";

interface EmbedCommandOptions extends TextTaskChoice {
  readonly promptName?: string;
  readonly prompt?: string;
  readonly dimensions?: number;
}

/** `qkv embed`: a vector for each text. */
export function embedCommand(): Command {
  return withBackendOptions(
    new Command("embed")
      .description("Make a vector of each text, or of each line of standard input: a JSON array a line.")
      .argument("[text...]", "what to embed")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--prompt-name <name>", "a prompt of the model by its use, such as query or document")
      .option("--prompt <text>", "what to put before each text")
      .option("--dimensions <n>", "how many numbers of each vector to keep", atLeastOne)
      .option("--json", "a JSON object a line: text, embedding"),
  ).action((texts: string[], options: EmbedCommandOptions) =>
    untilInterrupted((signal) => runEmbed(texts, options, signal)),
  );
}

async function runEmbed(texts: string[], options: EmbedCommandOptions, signal: AbortSignal): Promise<void> {
  const { createEmbedder } = await import("@qkv/pretrained");
  const { promptName, prompt, dimensions } = options;
  const given = {
    ...(promptName !== undefined && { promptName }),
    ...(prompt !== undefined && { prompt }),
    ...(dimensions !== undefined && { dimensions }),
  };
  await runTextTask(texts, options, signal, {
    create: (pretrained) => createEmbedder(pretrained),
    run: (embedder, lines, settings) => embedder.embedBatch(lines, { ...settings, ...given }),
    write: (text, vector) => {
      const embedding = Array.from(vector);
      return writeJson(options.json ? { text, embedding } : embedding);
    },
  });
}
