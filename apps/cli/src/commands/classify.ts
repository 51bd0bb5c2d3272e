import { writeFile } from "node:fs/promises";
import type { Classifier, LabelScore, Pretrained } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import type { Scoring } from "@qkv/transformer";
import { Command, InvalidArgumentError } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { eachImage } from "../eachImage.ts";
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
import { imageRows, workOf } from "../workEstimate.ts";

/** What a picture of attention may be written as. */
const LOOK_KINDS = ["png", "jpg", "jpeg", "webp", "avif", "svg"] as const;

interface ClassifyCommandOptions extends BackendChoice {
  readonly model?: string;
  readonly top: number;
  readonly attention?: string;
  readonly labels?: readonly string[];
  readonly hypothesis?: string;
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
      .option(
        "--labels <list>",
        "labels of your own with commas between them, for a model of images and texts",
        labelsOf,
      )
      .option("--hypothesis <text>", "what is compared with an image, with {} for a label")
      .option("--json", "a JSON object a line: image, labels"),
  ).action((images: string[], options: ClassifyCommandOptions) =>
    untilInterrupted((signal) => runClassify(images, options, signal)),
  );
}

async function runClassify(images: string[], options: ClassifyCommandOptions, signal: AbortSignal): Promise<void> {
  const kind = options.attention === undefined ? "png" : pictureKind("--attention", options.attention, LOOK_KINDS);
  if (options.attention !== undefined) await expectWritable("--attention", options.attention);
  if (options.labels === undefined && options.hypothesis !== undefined) {
    throw new UsageError("classify: expected --labels with --hypothesis, got none");
  }
  if (options.labels !== undefined && options.attention !== undefined) {
    throw new UsageError("classify: expected --labels or --attention, got both");
  }
  const files = await openModelFiles(options.model ?? shippedClassifier());
  const { loadPretrained } = await import("@qkv/pretrained");
  await startBackend(options, () => workOf(files, imageRows));
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  try {
    if (options.labels !== undefined) await classifyByLabels(pretrained, images, options, options.labels, signal);
    else await classifyByModel(pretrained, images, options, kind, signal);
  } finally {
    pretrained.model.dispose();
  }
}

async function classifyByModel(
  pretrained: Pretrained,
  images: string[],
  options: ClassifyCommandOptions,
  kind: (typeof LOOK_KINDS)[number],
  signal: AbortSignal,
): Promise<void> {
  const { createClassifier } = await import("@qkv/pretrained");
  const classifier = createClassifier(pretrained);
  let told = 0;
  try {
    await eachImage(images, "classified", signal, async (pixels, image, index) => {
      const labels = await classifier.classify(pixels, { top: options.top, signal });
      await write(image, labels, classifier.scoring, options);
      if (options.attention !== undefined) {
        const { saliencyPicture } = await import("../imageClassification/saliencyPicture.ts");
        const file = images.length === 1 ? options.attention : numbered(options.attention, index + 1);
        await writeFile(file, await saliencyPicture(classifier, pixels, labels[0]?.label ?? "", kind));
      }
      told += 1;
    });
  } finally {
    if (!options.json && told > 0) noteWhatItKnows(classifier);
  }
}

async function classifyByLabels(
  pretrained: Pretrained,
  images: string[],
  options: ClassifyCommandOptions,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { createZeroShotImageClassifier } = await import("@qkv/pretrained");
  const classifier = createZeroShotImageClassifier(pretrained);
  const { hypothesis, top } = options;
  const settings = { signal, ...(hypothesis !== undefined && { hypothesis }) };
  await eachImage(images, "classified", signal, async (pixels, image) => {
    const found = await classifier.classify(pixels, labels, settings);
    await write(image, found.slice(0, top), classifier.model.config.scoring, options);
  });
}

async function write(
  image: string,
  labels: readonly LabelScore[],
  scoring: Scoring,
  { json }: ClassifyCommandOptions,
): Promise<void> {
  if (json) await writeJson({ image, labels });
  else process.stdout.write(describe(image, labels, scoring));
}

/** The labels of a list with commas. */
function labelsOf(list: string): readonly string[] {
  const labels = list.split(",").map((label) => label.trim());
  if (labels.every((label) => label !== "")) return labels;
  throw new InvalidArgumentError("expected labels with commas between them.");
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
