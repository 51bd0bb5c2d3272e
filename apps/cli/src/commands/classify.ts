import { readFile, writeFile } from "node:fs/promises";
import type { Classifier, LabelScore } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import type { Scoring } from "@qkv/transformer";
import type { Pixels } from "@qkv/vit";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { shippedClassifier } from "../modelFolders.ts";
import { note } from "../note.ts";
import { numbered } from "../numberedFile.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { expectWritable } from "../outputFile.ts";
import { pictureKind } from "../pictureFile.ts";
import { writeJson } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

/** What a picture of attention may be written as. */
const LOOK_KINDS = ["png", "jpg", "jpeg", "webp", "avif", "svg"] as const;

interface ClassifyCommandOptions extends BackendChoice {
  readonly model?: string;
  readonly top: number;
  readonly attention?: string;
  readonly json?: boolean;
}

/** `qkv classify`: what is in images. */
export function classifyCommand(): Command {
  return withBackendOptions(
    new Command("classify")
      .description(
        "Say what is in images (PNG, JPEG, WebP, GIF, AVIF): the likeliest classes of each, with their scores.",
      )
      .argument("<image...>", "image files")
      .option("--model <ref>", `${MODEL_REF} (default: the shipped one)`)
      .option("--top <n>", "how many classes to tell", atLeastOne, 5)
      .option(
        "--attention <file>",
        "write where the model looked, as .png, .jpg, .webp, .avif or .svg (several images: FILE gets a number)",
      )
      .option("--json", "a JSON object a line: image, labels"),
  ).action((images: string[], options: ClassifyCommandOptions) =>
    untilInterrupted((signal) => runClassify(images, options, signal)),
  );
}

async function runClassify(images: string[], options: ClassifyCommandOptions, signal: AbortSignal): Promise<void> {
  const kind = options.attention === undefined ? "png" : pictureKind("--attention", options.attention, LOOK_KINDS);
  if (options.attention !== undefined) await expectWritable("--attention", options.attention);
  const files = await openModelFiles(options.model ?? shippedClassifier());
  const { createClassifier, loadPretrained } = await import("@qkv/pretrained");
  await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  try {
    const classifier = createClassifier(pretrained);
    let failed = 0;
    for (const [index, image] of images.entries()) {
      signal.throwIfAborted();
      try {
        const pixels = await readImage(image, signal);
        const labels = await classifier.classify(pixels, { top: options.top, signal });
        if (options.json) await writeJson({ image, labels });
        else process.stdout.write(describe(image, labels, classifier.scoring));
        if (options.attention !== undefined) {
          const { saliencyPicture } = await import("../imageClassification/saliencyPicture.ts");
          const file = images.length === 1 ? options.attention : numbered(options.attention, index + 1);
          await writeFile(file, await saliencyPicture(classifier, pixels, labels[0]?.label ?? "", kind));
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof UsageError) throw error;
        note(`${image}: ${reason(error)}`);
        failed += 1;
      }
    }
    if (!options.json && failed < images.length) noteWhatItKnows(classifier);
    if (failed > 0) throw new Error(`${failed} of ${images.length} images could not be classified`);
  } finally {
    pretrained.model.dispose();
  }
}

async function readImage(image: string, signal: AbortSignal): Promise<Pixels> {
  const { decodeImageFile } = await import("../decodeImageFile.ts");
  return decodeImageFile(await readFile(image, { signal }));
}

/** Why a file could not be read, or what it is. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "expected an image file, got nothing of this name";
  return code === "EISDIR" ? "expected an image file, got a folder" : message;
}

function describe(image: string, labels: readonly LabelScore[], scoring: Scoring): string {
  const shown = (score: number) =>
    scoring === "none" ? score.toPrecision(5).padStart(11) : `${(100 * score).toFixed(1).padStart(7)} %`;
  const lines = labels.map(({ label, score }) => `${shown(score)}  ${printable(label)}\n`);
  return `${printable(image)}\n${lines.join("")}`;
}

const FEW = 20;

/** A model that knows few things takes everything for one of them. */
function noteWhatItKnows({ model }: Classifier): void {
  const { labels } = model.config;
  if (labels.length > 0 && labels.length <= FEW) note(`The model knows nothing but: ${labels.join(", ")}.`);
}
