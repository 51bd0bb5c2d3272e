/** A folder may hold more than a page can take: files beyond these are left out. */
const MOST_FILES = 10_000;

const paths = new WeakMap<File, string>();

/** Where in the folder that was picked or dropped a file lies: "model/config.json"; its name alone if it came alone. */
export function pathOf(file: File): string {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Everything that was dropped or pasted: files, and all that is in folders below. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries live only as long as the event: all are taken before the first wait.
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const loose = Array.from(transfer.files);
  if (!entries.some((entry) => entry?.isDirectory)) return loose;
  const files: File[] = [];
  for (const entry of entries) if (entry !== null) await collect(entry, files);
  return files;
}

/** What cannot be read, as a link to nothing, is left out: what is missing of a model is said when it is opened. */
async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry).catch(() => undefined);
    if (file === undefined) return;
    paths.set(file, entry.fullPath.slice(1));
    files.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let part; (part = await nextEntries(reader).catch(() => [])).length > 0;) {
    for (const inner of part) await collect(inner, files);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A folder is told in parts of a hundred or so; an empty one is the end. */
function nextEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
