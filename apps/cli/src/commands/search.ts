import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { atLeastOne } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { progressBar } from "../progressBar.ts";
import { type Passage, passagesOf, textFiles } from "../textTasks/passages.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

interface SearchCommandOptions extends BackendChoice {
  readonly model: string;
  readonly in: string;
  readonly top: number;
  readonly json?: boolean;
}

/** `qkv search`: passages of texts by their meaning. */
export function searchCommand(): Command {
  return withBackendOptions(
    new Command("search")
      .description("Find the passages of a folder of texts that are nearest in meaning to a query.")
      .argument("<query>", "what to look for")
      .requiredOption("--model <ref>", MODEL_REF)
      .requiredOption("--in <path>", "a folder of text files, or one of them")
      .option("--top <n>", "how many passages to tell", atLeastOne, 5)
      .option("--json", "a JSON object a line: score, file, line, text"),
  ).action((query: string, options: SearchCommandOptions) =>
    untilInterrupted((signal) => runSearch(query, options, signal)),
  );
}

async function runSearch(query: string, options: SearchCommandOptions, signal: AbortSignal): Promise<void> {
  const passages = await readPassages(options.in);
  const files = await openModelFiles(options.model);
  const { createEmbedder, loadPretrained } = await import("@qkv/pretrained");
  await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  const bar = progressBar("reading", passages.length, "passages");
  try {
    const embedder = createEmbedder(pretrained);
    const { prompts } = embedder.modules;
    const named = (use: string) => (Object.hasOwn(prompts, use) ? { promptName: use } : {});
    const asked = await embedder.embed(query, { signal, ...named("query") });
    let cut = 0;
    const vectors = await embedder.embedBatch(
      passages.map(({ text }) => text),
      { ...named("document"), signal, onProgress: ({ done }) => bar.update(done), onTruncated: () => cut++ },
    );
    bar.stop();
    if (cut > 0)
      note(`${cut} of ${passages.length} passages are longer than the model reads: their ends were left out`);
    const scored = passages.map((passage, i) => ({
      score: embedder.similarity(asked, vectors[i] ?? asked),
      ...passage,
    }));
    for (const found of scored.sort((a, b) => b.score - a.score).slice(0, options.top)) {
      await (options.json ? writeJson(found) : writeText(shown(found)));
    }
  } finally {
    bar.stop();
    pretrained.model.dispose();
  }
}

async function readPassages(path: string): Promise<Passage[]> {
  const passages: Passage[] = [];
  for (const file of await textFiles(path)) passages.push(...(await passagesOf(file)));
  if (passages.length === 0)
    throw new UsageError(`--in: expected a folder with text files, got ${path}, which has none`);
  return passages;
}

function shown({ score, file, line, text }: Passage & { readonly score: number }): string {
  const line1 = oneLine(text);
  return `${score.toFixed(4)}  ${file}:${line}  ${line1.length > 160 ? `${line1.slice(0, 160)}…` : line1}\n`;
}
