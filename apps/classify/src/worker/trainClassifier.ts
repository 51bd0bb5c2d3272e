import { pretrainedFiles, type PretrainedModel } from "@qkv/pretrained";
import { trainLinearProbe } from "@qkv/training";
import { decodeImage, ImageFileError, type Pixels } from "@qkv/vit";
import type { OpenClassifier } from "./openClassifier.ts";

/** A class of a person's own, and pictures of it. */
export interface ClassExamples {
  readonly label: string;
  readonly pictures: readonly File[];
}

/** Progress of training: pictures that are read, then steps of training. */
export interface TrainingProgress {
  readonly phase: "reading" | "learning";
  readonly done: number;
  readonly total: number;
}

interface TrainingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/**
 * Trains a new head on what the model makes of the pictures, and gives the files of the model that knows these classes.
 * The open model stays as it is.
 */
export async function trainClassifier(
  { classifier }: OpenClassifier,
  classExamples: readonly ClassExamples[],
  { signal, onProgress }: TrainingOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = classExamples.flatMap(({ pictures }) => pictures);
  const images: Pixels[] = [];
  for (const file of files) images.push(await readPicture(file));
  const features = await classifier.features(images, {
    signal,
    onProgress: (progress) => onProgress({ phase: "reading", ...progress }),
  });
  try {
    const head = await trainLinearProbe(
      {
        features,
        labels: classExamples.flatMap(({ pictures }, label) => pictures.map(() => label)),
        numClasses: classExamples.length,
      },
      {
        signal,
        onEvent: (event) => {
          if (event.type !== "step") return;
          onProgress({ phase: "learning", done: event.step, total: event.totalSteps ?? event.step });
        },
      },
    );
    const trained = classifier.withLabels(
      classExamples.map(({ label }) => label),
      head,
    );
    const model = trained.model as PretrainedModel;
    try {
      return await pretrainedFiles({ model, imageProcessor: trained.imageProcessor });
    } finally {
      model.dispose();
    }
  } finally {
    features.dispose();
  }
}

async function readPicture(file: File): Promise<Pixels> {
  try {
    return await decodeImage(file);
  } catch (error) {
    throw error instanceof ImageFileError ? new ImageFileError(`${file.name}: ${error.message}`) : error;
  }
}
