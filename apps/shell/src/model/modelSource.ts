/** Where a model comes from: this site, a hub or an https address, or files that a person picked. */
export type ModelSource =
  | { readonly kind: "shipped"; readonly name: string; readonly base: string; readonly files: readonly string[] }
  | { readonly kind: "remote"; readonly ref: string }
  | { readonly kind: "folder"; readonly name: string; readonly files: readonly File[] };

/** What a person calls it. */
export function modelLabel(source: ModelSource): string {
  return source.kind === "remote" ? source.ref : source.name;
}

/** The picked or dropped files of a folder, under its name. */
export function folderSource(files: readonly File[]): ModelSource {
  const config = files.find(isConfig);
  const [folder] = (config?.webkitRelativePath ?? "").split("/");
  return { kind: "folder", name: folder || "config.json", files };
}

/** Whether files that were dropped are a model rather than something to show to one. */
export function isModelFolder(files: readonly File[]): boolean {
  return files.some((file) => isConfig(file) || /\.(?:safetensors|spm)$/.test(file.name));
}

const isConfig = ({ name }: File) => name === "config.json";
