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
 * The picked or dropped files of a model, under its name: those beside the config.json that lies least deep, for what was
 * picked may hold other folders, and other models in them; or a `.gguf` file, which is a model by itself.
 */
export function folderSource(files: readonly File[]): ModelSource {
  const depthOf = (file: File) => pathOf(file).split("/").length;
  const [first] = [isConfig, isGguf]
    .map((is) => files.filter(is).toSorted((a, b) => depthOf(a) - depthOf(b))[0])
    .filter(Boolean);
  const folderOf = (file: File) => pathOf(file).slice(0, -file.name.length);
  const own = first === undefined ? files : filesBelow(folderOf(first), files);
  const folder = first && folderOf(first).split("/").at(-2);
  return { kind: "folder", name: (first && isGguf(first) ? first.name : folder) || "config.json", files: own };
}

/** The files of a folder, and of those below that are modules of Sentence Transformers, under their names from there. */
function filesBelow(folder: string, files: readonly File[]): readonly File[] {
  return files.flatMap((file) => {
    const path = pathOf(file);
    if (!path.startsWith(folder)) return [];
    const name = path.slice(folder.length);
    if (name === file.name) return [file];
    return MODULE_FILE.test(name) ? [new File([file], name, { type: file.type })] : [];
  });
}

/** `1_Pooling/config.json` */
const MODULE_FILE = /^\d+_\w+\/[^/]+$/;

/** What errors call the place where the files of a picked or dropped model are. */
export function pathOfFolder({ name }: { readonly name: string }): string {
  return name.endsWith(".gguf") ? THIS_DEVICE : name;
}

const THIS_DEVICE = "this device";

/** Whether files that were dropped are a model rather than something to show to one. */
export function isModelFolder(files: readonly File[]): boolean {
  return files.some((file) => isConfig(file) || /\.(?:safetensors|spm|gguf)$/.test(file.name));
}

const isConfig = ({ name }: File) => name === "config.json";
const isGguf = ({ name }: File) => name.endsWith(".gguf");
