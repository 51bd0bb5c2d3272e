// Classes of a person's own, and the model that learned them.
import { fileNameOf, isAbort, modelLabel, remoteListener, saveFile } from "@qkv/app-shell";
import { computed, signal } from "@preact/signals";
import { model, openModel } from "./session.ts";
import { stop, worker } from "./connection.ts";
import type { TrainingProgress } from "./worker/trainClassifier.ts";

/** A picture of a class. */
export interface ExamplePicture {
  readonly file: File;
  /** For `<img>`. */
  readonly url: string;
}

/** A class to train. */
export interface TrainingClass {
  readonly id: number;
  readonly label: string;
  readonly pictures: readonly ExamplePicture[];
}

let next = 0;
const newClass = (): TrainingClass => ({ id: next++, label: "", pictures: [] });

/** The classes to train. */
export const classes = signal<readonly TrainingClass[]>([newClass(), newClass()]);
/** Progress of training; undefined if none runs. */
export const training = signal<TrainingProgress | undefined>(undefined);
/** Why the last try failed. */
export const trainingError = signal<unknown>(undefined);
/** The files of the model that was trained last. */
export const trained = signal<readonly File[] | undefined>(undefined);

/** What is missing before it can begin. */
export const missing = computed((): "names" | "twins" | "pictures" | undefined => {
  const names = classes.value.map(({ label }) => label.trim());
  if (names.some((name) => name === "")) return "names";
  if (new Set(names).size < names.length) return "twins";
  return classes.value.some(({ pictures }) => pictures.length === 0) ? "pictures" : undefined;
});

/** Another class. */
export function addClass(): void {
  classes.value = [...classes.value, newClass()];
}

/** Takes a class away with its pictures. */
export function removeClass(id: number): void {
  for (const { pictures } of classes.value.filter((one) => one.id === id)) pictures.forEach(forget);
  classes.value = classes.value.filter((one) => one.id !== id);
}

/** Names a class. */
export function renameClass(id: number, label: string): void {
  change(id, (one) => ({ ...one, label }));
}

/** Pictures of a class. */
export function addExamples(id: number, files: readonly File[]): void {
  const added = files.map((file) => ({ file, url: URL.createObjectURL(file) }));
  change(id, (one) => ({ ...one, pictures: [...one.pictures, ...added] }));
}

/** Takes a picture out of a class. */
export function removeExample(id: number, picture: ExamplePicture): void {
  forget(picture);
  change(id, (one) => ({ ...one, pictures: one.pictures.filter((other) => other !== picture) }));
}

/** Trains a head for the classes on the open model, and opens the model that comes of it. */
export async function trainOnClasses(): Promise<void> {
  trainingError.value = undefined;
  training.value = { phase: "reading", done: 0, total: classes.value.length };
  const classExamples = classes.value.map(({ label, pictures }) => {
    return { label: label.trim(), pictures: pictures.map(({ file }) => file) };
  });
  try {
    const files = await worker.train(
      classExamples,
      remoteListener((progress: TrainingProgress) => (training.value = progress)),
    );
    trained.value = Array.from(files, ([name, bytes]) => new File([bytes as BlobPart], name));
    training.value = undefined;
    await openModel({ kind: "folder", name: classExamples.map(({ label }) => label).join(", "), files: trained.value });
  } catch (error) {
    if (!isAbort(error)) trainingError.value = error;
  } finally {
    training.value = undefined;
  }
}

/** Stops training. */
export function cancelTraining(): void {
  void stop();
}

/** Whether the open model is the one that was trained last. */
export const isTrainedOpen = computed(() => model.value?.kind === "folder" && model.value.files === trained.value);

/** Hands out the trained model, as an archive of its folder. */
export async function downloadTrained(): Promise<void> {
  if (trained.value === undefined) return;
  const folder = model.value === undefined ? FOLDER : fileNameOf(modelLabel(model.value), FOLDER);
  saveFile(`${folder}.zip`, (await worker.zip(folder, trained.value)) as BlobPart);
}

const FOLDER = "my-classes";

function change(id: number, to: (one: TrainingClass) => TrainingClass): void {
  classes.value = classes.value.map((one) => (one.id === id ? to(one) : one));
}

function forget({ url }: ExamplePicture): void {
  URL.revokeObjectURL(url);
}
