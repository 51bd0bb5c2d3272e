import { writeFile } from "node:fs/promises";
import { printable } from "@qkv/visualize";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { eachImage } from "../eachImage.ts";
import { untilInterrupted } from "../interrupt.ts";
import { numbered } from "../numberedFile.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { expectWritable } from "../outputFile.ts";
import { pictureKind } from "../pictureFile.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

interface DepthCommandOptions extends BackendChoice {
  readonly model: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `qkv depth`: the depth of each pixel of images, as pictures. */
export function depthCommand(): Command {
  return withBackendOptions(
    new Command("depth")
      .description("Estimate how deep each pixel of images (PNG, JPEG, WebP, GIF, AVIF) lies, and draw it.")
      .argument("<image...>", "image files")
      .requiredOption("--model <ref>", MODEL_REF)
      .option(
        "--output <file>",
        "a picture of the depth: .png, .jpg, .webp; nearer is lighter, of several images numbered",
      )
      .option("--json", "a JSON object a line: image, width, height, isMetric, and least, greatest and mean depth"),
  ).action((images: string[], options: DepthCommandOptions) =>
    untilInterrupted((signal) => runDepth(images, options, signal)),
  );
}

async function runDepth(images: string[], options: DepthCommandOptions, signal: AbortSignal): Promise<void> {
  const { output, json } = options;
  const kind = output === undefined ? undefined : pictureKind("--output", output, ["png", "jpg", "jpeg", "webp"]);
  if (output !== undefined) await expectWritable("--output", output);
  const files = await openModelFiles(options.model);
  const { createDepthEstimator, loadPretrained } = await import("@qkv/pretrained");
  const { depthPicture, depthRange } = await import("../depthPicture.ts");
  await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  try {
    const estimator = createDepthEstimator(pretrained);
    await eachImage(images, "estimated", signal, async (pixels, image, index) => {
      const map = await estimator.estimate(pixels, { signal });
      const range = depthRange(map);
      if (output !== undefined && kind !== undefined) {
        const file = images.length > 1 ? numbered(output, index + 1) : output;
        await writeFile(file, await depthPicture(map, kind));
      }
      const { width, height, isMetric } = map;
      if (json) return writeJson({ image, width, height, isMetric, ...range });
      const unit = isMetric ? "in the unit of the training data" : "more is nearer";
      const numbers = `${range.least.toPrecision(4)} to ${range.greatest.toPrecision(4)}, mean ${range.mean.toPrecision(4)}`;
      return writeText(`${printable(image)}  ${width} x ${height}  ${numbers} (${unit})\n`);
    });
  } finally {
    pretrained.model.dispose();
  }
}
