const FILE_TYPES: Readonly<Record<string, string>> = { zip: "application/zip", json: "application/json" };

/** Lets the browser save a file, under a name. */
export function saveFile(name: string, contents: BlobPart): void {
  const type = FILE_TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
  const url = URL.createObjectURL(new Blob([contents], { type }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

/** Letters, digits and hyphens of any script, for a file's name. @param otherwise where none are left */
export function fileNameOf(label: string, otherwise: string): string {
  const name = label.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "");
  return name.slice(0, 60) || otherwise;
}
