import { pathOf } from "./droppedFiles.ts";

/** Where a model comes from: this site, a hub or an https address, or files that a person picked. */
export type ModelSource =
  | { readonly kind: "shipped"; readonly name: string; readonly base: string; readonly files: readonly string[] }
  | { readonly kind: "remote"; readonly ref: string }
  | { readonly kind: "folder"; readonly name: string; readonly files: readonly File[] };

/** What a person calls it. */
export function modelLabel(source: ModelSource): string {
  return source.kind === "remote" ? source.ref : source.name;
}

/**
 * The picked or dropped files of a model's folder, under its name: those beside the config.json that lies least deep, for
 * what was picked may hold other folders, and other models in them.
 */
export function folderSource(files: readonly File[]): ModelSource {
  const depthOf = (file: File) => pathOf(file).split("/").length;
  const [config] = files.filter(isConfig).toSorted((a, b) => depthOf(a) - depthOf(b));
  const folderOf = (file: File) => pathOf(file).slice(0, -file.name.length);
  const own = config === undefined ? files : files.filter((file) => folderOf(file) === folderOf(config));
  return {
    kind: "folder",
    name:
      folderOf(config ?? new File([], ""))
        .split("/")
        .at(-2) || "config.json",
    files: own,
  };
}

/** Whether files that were dropped are a model rather than something to show to one. */
export function isModelFolder(files: readonly File[]): boolean {
  return files.some((file) => isConfig(file) || /\.(?:safetensors|spm)$/.test(file.name));
}

const isConfig = ({ name }: File) => name === "config.json";
