import { Command } from "commander";
import { startBackend, withBackendOptions } from "../backendOption.ts";
import { eachImage } from "../eachImage.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson } from "../output.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { imageRows, workOf } from "../workEstimate.ts";

interface EmbedCommandOptions extends TextTaskChoice {
  readonly promptName?: string;
  readonly prompt?: string;
  readonly dimensions?: number;
  readonly image?: boolean;
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
      .option("--image", "what to embed is image files, each of which gets a vector")
      .option("--json", "a JSON object a line: text or image, embedding"),
  ).action((texts: string[], options: EmbedCommandOptions) =>
    untilInterrupted((signal) => runEmbed(texts, options, signal)),
  );
}

async function runEmbed(texts: string[], options: EmbedCommandOptions, signal: AbortSignal): Promise<void> {
  if (options.image === true) return embedImages(texts, options, signal);
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

async function embedImages(images: string[], options: EmbedCommandOptions, signal: AbortSignal): Promise<void> {
  const given = (["prompt", "promptName", "dimensions"] as const).find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError(`embed: expected --image without ${given}, got both`);
  if (images.length === 0) throw new UsageError("embed: expected image files with --image, got none");
  const { createImageEmbedder, loadPretrained } = await import("@qkv/pretrained");
  const files = await openModelFiles(options.model);
  await startBackend(options, () => workOf(files, imageRows));
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  try {
    const embedder = createImageEmbedder(pretrained);
    await eachImage(images, "embedded", signal, async (pixels, image) => {
      const embedding = Array.from(await embedder.embed(pixels, { signal }));
      await writeJson(options.json ? { image, embedding } : embedding);
    });
  } finally {
    pretrained.model.dispose();
  }
}
