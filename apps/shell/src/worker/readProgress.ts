import type { ModelFiles, OpenFile, RemoteOptions } from "@qkv/pretrained";

/** A page hears of progress no more often, in milliseconds. */
const EVERY_MS = 100;

/** The same files, of which large ones tell how far they are read: each byte of a model's weights is read about once. */
export function withReadProgress(files: ModelFiles, onProgress: RemoteOptions["onProgress"]): ModelFiles {
  const { open } = files;
  if (onProgress === undefined || open === undefined) return files;
  return {
    ...files,
    open: async (file, options) => {
      const opened = await open(file, options);
      return opened && counted(opened, (loaded) => onProgress({ file, loaded, total: opened.size }));
    },
  };
}

function counted(file: OpenFile, tell: (loaded: number) => void): OpenFile {
  let [loaded, told] = [0, -Infinity];
  return {
    ...file,
    read: async (start, end, into) => {
      const bytes = await file.read(start, end, into);
      loaded = Math.min(file.size, loaded + bytes.length);
      if (performance.now() - told >= EVERY_MS) {
        told = performance.now();
        tell(loaded);
      }
      return bytes;
    },
  };
}
