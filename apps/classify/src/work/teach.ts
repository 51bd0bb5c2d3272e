import { pretrainedFiles, type PretrainedModel } from "@qkv/pretrained";
import { trainLinearProbe } from "@qkv/training";
import { decodeImage, ImageFileError, type Pixels } from "@qkv/vit";
import type { OpenClassifier } from "./openClassifier.ts";

/** A class of a person's own, and pictures of it. */
export interface Lesson {
  readonly label: string;
  readonly pictures: readonly File[];
}

/** How far teaching is: pictures that are read, then steps of training. */
export interface TeachProgress {
  readonly phase: "reading" | "learning";
  readonly done: number;
  readonly total: number;
}

/** How teaching tells and is told. */
interface TeachOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TeachProgress) => void;
}

/**
 * Trains a new head on what the model makes of the pictures, and gives the files of the model that knows these classes.
 * The open model stays as it is.
 */
export async function teach(
  { classifier }: OpenClassifier,
  lessons: readonly Lesson[],
  { signal, onProgress }: TeachOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = lessons.flatMap(({ pictures }) => pictures);
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
        labels: lessons.flatMap(({ pictures }, label) => pictures.map(() => label)),
        numClasses: lessons.length,
      },
      {
        signal,
        onEvent: (event) => {
          if (event.type !== "step") return;
          onProgress({ phase: "learning", done: event.step, total: event.totalSteps ?? event.step });
        },
      },
    );
    const taught = classifier.withLabels(
      lessons.map(({ label }) => label),
      head,
    );
    const model = taught.model as PretrainedModel;
    try {
      return await pretrainedFiles({ model, imageProcessor: taught.imageProcessor });
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
