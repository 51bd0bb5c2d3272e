import path from "node:path";
import { savePretrained } from "@qkv/pretrained/node";
import { resizeAndCenterCrop, type ImageProcessorConfig, type Pixels } from "@qkv/vit";
import type { ImageSet } from "../imageData/imageSet.ts";
import { openImages, splitForValidation } from "../imageData/openImages.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { UsageError } from "../usageError.ts";
import { imageTask } from "./imageTask.ts";
import { imageProcessorOf, newModel } from "./newModel.ts";
import { ImageTrainingConfig } from "./trainingConfig.ts";

/** Where a run gets what it needs from. */
export interface ImageTrainingOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/**
 * A training run in a folder of its own: `config.json`, `log.jsonl`, `checkpoints/` and, when it has finished, `model/`
 * with the parameters of the best validation. Everything is checked before anything is written.
 */
export async function runImageTraining(options: ImageTrainingOptions): Promise<void> {
  const run = await readRun(options, (file) => readRecipe(ImageTrainingConfig, file));
  const { config, folder } = run;
  const imageProcessor = imageProcessorOf(config);
  const images = await openImages(config.data.images, "train", options.data);
  const labels = classNames(images, config);
  const { training, validation } = splitForValidation(atModelSize(images, imageProcessor));
  await inRunFolder(run, async () => {
    const backend = await options.startBackend();
    note(`backend ${backend}; ${training.images.length} training images, ${validation.images.length} for validation`);

    const model = newModel(labels, config);
    try {
      const task = imageTask({ model, imageProcessor, training, validation }, config);
      await untilInterrupted((signal) =>
        trainInFolder(run, task, {
          best: "accuracy",
          unit: "images",
          groups: { matrices: model.params.named("matrix"), head: model.params.at("classifier").named() },
          command: "qkv train image-classification",
          signal,
        }),
      );
      const target = path.join(folder, "model");
      await savePretrained(target, { model, imageProcessor, dtype: "F16" });
      note(`saved ${target}`);
    } finally {
      model.dispose();
    }
  });
}

/** So that no epoch resizes them again. */
function atModelSize(set: ImageSet, processor: ImageProcessorConfig): ImageSet<Required<Pixels>> {
  return { ...set, images: set.images.map((image) => resizeAndCenterCrop(image, processor)) };
}

function classNames({ classes }: ImageSet, { data: { labels } }: ImageTrainingConfig): readonly string[] {
  if (labels === undefined) return classes;
  if (labels.length !== classes.length) {
    throw new UsageError(`data.labels: expected the names of ${classes.length} classes, got ${labels.length}`);
  }
  return labels;
}
