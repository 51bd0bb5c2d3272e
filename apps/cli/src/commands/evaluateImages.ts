import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { progressBar } from "../progressBar.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

interface EvaluateImagesOptions extends BackendChoice {
  readonly model: string;
  readonly data: string;
  readonly split: "test" | "validation";
  readonly json?: boolean;
}

/** `qkv evaluate image-classification`: how often a model's first guess is right. */
export function evaluateImagesCommand(): Command {
  return withBackendOptions(
    new Command("image-classification")
      .description("Classify labelled images and count how often the first guess is right.")
      .requiredOption("--model <ref>", MODEL_REF)
      .requiredOption("--data <ref>", "a folder of MNIST's files, or a folder or tar archive of [test/]CLASS/*.jpg")
      .option("--split <part>", "test, or what training keeps for validation", "test")
      .option("--json", "one JSON object: accuracy, loss, images"),
  ).action((options: EvaluateImagesOptions) => untilInterrupted((signal) => evaluateImages(options, signal)));
}

async function evaluateImages(options: EvaluateImagesOptions, signal: AbortSignal): Promise<void> {
  if (!["test", "validation"].includes(options.split)) {
    throw new UsageError(`--split: expected test or validation, got ${options.split}`);
  }
  const files = await openModelFiles(options.model);
  const { openImages, splitForValidation } = await import("../imageData/openImages.ts");
  const { measureClassifier } = await import("../imageClassification/measureClassifier.ts");
  const { createClassifier, loadPretrained } = await import("@qkv/pretrained");

  const set =
    options.split === "test"
      ? await openImages(options.data, "test")
      : splitForValidation(await openImages(options.data, "train")).validation;
  const backend = await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  const bar = progressBar("classifying", set.images.length);
  try {
    const onProgress = (done: number) => bar.update(done);
    const classifier = createClassifier(pretrained);
    if (classifier.scoring !== "softmax") {
      const type = classifier.model.config.problemType ?? "a single label";
      throw new Error(`${pretrained.name}/config.json: expected a choice between classes to measure, got ${type}`);
    }
    const { accuracy, loss } = await measureClassifier(classifier, set, { signal, onProgress });
    bar.stop();
    if (!Number.isFinite(loss)) {
      throw new Error(`${pretrained.name}: expected a finite loss, got ${loss}; qkv classify says where it begins`);
    }
    const scores = { accuracy, loss, images: set.images.length };
    process.stdout.write(options.json ? `${JSON.stringify({ ...scores, backend })}\n` : describe(scores));
  } finally {
    bar.stop();
    pretrained.model.dispose();
  }
}

function describe({ accuracy, loss, images }: { accuracy: number; loss: number; images: number }): string {
  return `accuracy ${(100 * accuracy).toFixed(2)} %\nloss ${loss.toFixed(4)}\nimages ${images}\n`;
}
