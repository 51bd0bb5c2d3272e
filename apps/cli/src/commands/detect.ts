import { printable } from "@qkv/visualize";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { eachImage } from "../eachImage.ts";
import { untilInterrupted } from "../interrupt.ts";
import { aNumber } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

interface DetectCommandOptions extends BackendChoice {
  readonly model: string;
  readonly threshold: number;
  readonly json?: boolean;
}

/** `qkv detect`: objects in images, with their boxes. */
export function detectCommand(): Command {
  return withBackendOptions(
    new Command("detect")
      .description("Find objects in images (PNG, JPEG, WebP, GIF, AVIF): what they are, and their boxes in pixels.")
      .argument("<image...>", "image files")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--threshold <n>", "the score above which an object is told", aNumber, 0.5)
      .option("--json", "a JSON object a line: image, objects"),
  ).action((images: string[], options: DetectCommandOptions) =>
    untilInterrupted((signal) => runDetect(images, options, signal)),
  );
}

async function runDetect(images: string[], options: DetectCommandOptions, signal: AbortSignal): Promise<void> {
  const files = await openModelFiles(options.model);
  const { createDetector, loadPretrained } = await import("@qkv/pretrained");
  await startBackend(options);
  const pretrained = await loadPretrained(files, { signal, ...tokenizerOptions() });
  try {
    const detector = createDetector(pretrained);
    await eachImage(images, "searched", signal, async (pixels, image) => {
      const objects = await detector.detect(pixels, { threshold: options.threshold, signal });
      if (options.json) return writeJson({ image, objects });
      const lines = objects.map(({ label, score, box }) => {
        const corners = [box.xMin, box.yMin, box.xMax, box.yMax].map((side) => side.toFixed(1)).join(" ");
        return `${(100 * score).toFixed(1).padStart(7)} %  ${printable(label)}  ${corners}\n`;
      });
      return writeText(`${printable(image)}\n${lines.join("")}`);
    });
  } finally {
    pretrained.model.dispose();
  }
}
