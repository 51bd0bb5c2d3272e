// Classes of a person's own, and the model that learned them.
import { hear, isAbort, modelLabel } from "@qkv/app-shell";
import { computed, signal } from "@preact/signals";
import { model, openModel } from "./session.ts";
import { stop, work } from "./work.ts";
import type { TeachProgress } from "./work/teach.ts";

/** A picture of a class. */
export interface LessonPicture {
  readonly file: File;
  /** For `<img>`. */
  readonly url: string;
}

/** A class that is being taught. */
export interface OwnClass {
  readonly id: number;
  readonly label: string;
  readonly pictures: readonly LessonPicture[];
}

let next = 0;
const newClass = (): OwnClass => ({ id: next++, label: "", pictures: [] });

/** The classes to teach. */
export const classes = signal<readonly OwnClass[]>([newClass(), newClass()]);
/** How far teaching is; undefined if nothing is taught just now. */
export const teaching = signal<TeachProgress | undefined>(undefined);
/** Why the last try failed. */
export const teachError = signal<unknown>(undefined);
/** The files of the model that was taught last. */
export const taught = signal<readonly File[] | undefined>(undefined);

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
export function addLessons(id: number, files: readonly File[]): void {
  const added = files.map((file) => ({ file, url: URL.createObjectURL(file) }));
  change(id, (one) => ({ ...one, pictures: [...one.pictures, ...added] }));
}

/** Takes a picture out of a class. */
export function removeLesson(id: number, picture: LessonPicture): void {
  forget(picture);
  change(id, (one) => ({ ...one, pictures: one.pictures.filter((other) => other !== picture) }));
}

/** Trains a head for the classes on the open model, and opens the model that comes of it. */
export async function teachClasses(): Promise<void> {
  teachError.value = undefined;
  teaching.value = { phase: "reading", done: 0, total: classes.value.length };
  const lessons = classes.value.map(({ label, pictures }) => {
    return { label: label.trim(), pictures: pictures.map(({ file }) => file) };
  });
  try {
    const files = await work.teach(
      lessons,
      hear((progress: TeachProgress) => (teaching.value = progress)),
    );
    taught.value = Array.from(files, ([name, bytes]) => new File([bytes as BlobPart], name));
    teaching.value = undefined;
    await openModel({ kind: "folder", name: lessons.map(({ label }) => label).join(", "), files: taught.value });
  } catch (error) {
    if (!isAbort(error)) teachError.value = error;
  } finally {
    teaching.value = undefined;
  }
}

/** Stops teaching. */
export function cancelTeaching(): void {
  void stop();
}

/** Whether the open model is the one that was taught last. */
export const isTaughtOpen = computed(() => model.value?.kind === "folder" && model.value.files === taught.value);

/** Hands out the model that was taught, as an archive of its folder. */
export async function downloadTaught(): Promise<void> {
  if (taught.value === undefined) return;
  const folder = model.value === undefined ? FOLDER : fileNameOf(modelLabel(model.value));
  const url = URL.createObjectURL(
    new Blob([(await work.zip(folder, taught.value)) as BlobPart], { type: "application/zip" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `${folder}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

const FOLDER = "my-classes";

/** Letters, digits and hyphens, of any script. */
function fileNameOf(label: string): string {
  return (
    label
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 60) || FOLDER
  );
}

function change(id: number, to: (one: OwnClass) => OwnClass): void {
  classes.value = classes.value.map((one) => (one.id === id ? to(one) : one));
}

function forget({ url }: LessonPicture): void {
  URL.revokeObjectURL(url);
}
