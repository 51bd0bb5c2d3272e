/** Everything that was dropped or pasted: files, and all that is in folders below. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries live only as long as the event: all are taken before the first wait.
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const loose = Array.from(transfer.files);
  if (!entries.some((entry) => entry?.isDirectory)) return loose;
  return (await Promise.all(entries.map((entry) => (entry === null ? [] : filesBelow(entry))))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (let part; (part = await nextEntries(reader)).length > 0;) {
    files.push(...(await Promise.all(part.map(filesBelow))).flat());
  }
  return files;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A folder is told in parts of a hundred or so; an empty one is the end. */
function nextEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
