import type { Pretrained, TextTaskOptions } from "@qkv/pretrained";
import type { BackendChoice } from "../backendOption.ts";
import { startBackend } from "../backendOption.ts";
import { note } from "../note.ts";
import { openModelFiles } from "../openModelFiles.ts";
import { streamInputLines } from "../textLines.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { textRows, workOf } from "../workEstimate.ts";

/** What the commands of text tasks share. */
export interface TextTaskChoice extends BackendChoice {
  readonly model: string;
  readonly json?: boolean;
}

/** A task on the lines of a text. */
export interface LineTask<Task, Result> {
  /** Makes the task of an opened model. */
  create(pretrained: Pretrained): Task;
  run(task: Task, lines: readonly string[], options: TextTaskOptions): Promise<readonly Result[]>;
  /** Writes what a line gave. */
  write(line: string, result: Result): Promise<void>;
}

/** Lines that are read before the first of them is written. */
const LINES = 64;

/** Runs a task on texts, or on the lines of standard input if none is given, and writes the results in their order. */
export async function runTextTask<Task, Result>(
  texts: readonly string[],
  options: TextTaskChoice,
  signal: AbortSignal,
  { create, run, write }: LineTask<Task, Result>,
): Promise<void> {
  const files = await openModelFiles(options.model);
  const { loadPretrained } = await import("@qkv/pretrained");
  const rows = texts.length === 0 ? undefined : textRows(texts.slice(0, LINES));
  await startBackend(options, () => workOf(files, () => rows));
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  const done = new AbortController();
  try {
    const task = create(pretrained);
    const lines = texts.length > 0 ? texts : streamInputLines(AbortSignal.any([signal, done.signal]));
    let before = 0;
    for await (const batch of inBatches(lines)) {
      const results = await run(task, batch, {
        signal,
        onTruncated: ({ index, tokens, kept }) =>
          note(`line ${before + index + 1}: of its ${tokens} tokens the model reads ${kept}`),
      });
      for (const [i, result] of results.entries()) await write(batch[i] ?? "", result);
      before += batch.length;
    }
  } finally {
    done.abort(); // lets go of standard input, where more may be to come
    pretrained.model.dispose();
  }
  signal.throwIfAborted();
}

async function* inBatches(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < LINES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
