import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { atLeastOne, beamCount } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { streamInputLines } from "../textLines.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

interface SummarizeCommandOptions extends BackendChoice {
  readonly model: string;
  readonly maxNewTokens?: number;
  readonly beams?: number;
  readonly cut?: boolean;
  readonly json?: boolean;
}

/** `qkv summarize`: one line out for each line in. */
export function summarizeCommand(): Command {
  return withBackendOptions(
    new Command("summarize")
      .description("Summarize texts, or the lines of standard input if none is given: one line out for each line in.")
      .argument("[text...]", "what to summarize")
      .requiredOption("--model <ref>", `${MODEL_REF}: an encoder-decoder such as BART, PEGASUS or T5`)
      .option("--max-new-tokens <n>", "the longest summary (default: as the model says)", atLeastOne)
      .option("--beams <n>", "beams kept while searching (default: as the model says)", beamCount)
      .option("--cut", "read the beginning of a text that is longer than the model reads, which is refused otherwise")
      .option("--json", "a JSON object a line: source, summary, score"),
  ).action((texts: string[], options: SummarizeCommandOptions) =>
    untilInterrupted((signal) => runSummarize(texts, options, signal)),
  );
}

async function runSummarize(texts: string[], options: SummarizeCommandOptions, signal: AbortSignal): Promise<void> {
  const { createSummarizer, loadPretrained } = await import("@qkv/pretrained");
  const { SEQ2SEQ_FAMILIES } = await import("@qkv/transformer");
  const { maxNewTokens, beams, cut, json } = options;
  const files = await openModelFiles(options.model);
  await startBackend(options);
  const pretrained = await loadPretrained(files, { families: SEQ2SEQ_FAMILIES, signal, ...tokenizerOptions() });
  const done = new AbortController();
  try {
    const summarize = createSummarizer(pretrained);
    const lines = texts.length > 0 ? texts : streamInputLines(AbortSignal.any([signal, done.signal]));
    let number = 0;
    for await (const line of lines) {
      number++;
      const { text, score, cutTokens } = await summarize(line, {
        signal,
        ...(maxNewTokens !== undefined && { maxNewTokens }),
        ...(beams !== undefined && { numBeams: beams }),
        ...(cut && { tooLong: "cutEnd" }),
      });
      if (cutTokens > 0) note(`line ${number}: its last ${cutTokens} tokens are not read`);
      if (json) await writeJson({ source: line, summary: text, score });
      else await writeText(`${oneLine(text)}\n`);
    }
  } finally {
    done.abort(); // lets go of standard input
    pretrained.model.dispose();
  }
  signal.throwIfAborted();
}
