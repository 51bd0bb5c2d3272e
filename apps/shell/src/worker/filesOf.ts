import { blobFiles, type ModelFiles, remoteFiles, type RemoteOptions } from "@qkv/pretrained";
import { type ModelSource, pathOfFolder } from "../model/modelSource.ts";
import { withReadProgress } from "./readProgress.ts";

type Listeners = Pick<RemoteOptions, "onProgress" | "onCacheError">;

/** The files of a model, wherever it comes from. */
export function filesOf(source: ModelSource, listeners: Listeners): ModelFiles {
  switch (source.kind) {
    case "remote":
      return remoteFiles(source.ref, listeners);
    case "folder":
      return withReadProgress(blobFiles(pathOfFolder(source), source.files), listeners.onProgress);
    case "shipped":
      return servedFiles(source.name, source.base, source.files, listeners.onProgress);
  }
}

/** Which there are is known: asking for a missing one would be an error in the console. */
function servedFiles(
  name: string,
  base: string,
  names: readonly string[],
  onProgress: Listeners["onProgress"],
): ModelFiles {
  return {
    name,
    read: async (file, { signal } = {}) => {
      if (!names.includes(file)) return undefined;
      const response = await fetch(`${base}${file}`, signal ? { signal } : {});
      if (!response.ok) throw new Error(`expected the file on this site, got ${response.status}`);
      return readAll(response, (loaded, total) => onProgress?.({ file, loaded, ...(total > 0 && { total }) }));
    },
  };
}

async function readAll(response: Response, tell: (loaded: number, total: number) => void): Promise<Uint8Array> {
  // A server that compresses tells the compressed length.
  const plain = response.headers.get("Content-Encoding") === null;
  const total = plain ? Number(response.headers.get("Content-Length") ?? 0) : 0;
  let loaded = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      tell((loaded += chunk.length), total);
      controller.enqueue(chunk);
    },
  });
  return new Uint8Array(await new Response(response.body?.pipeThrough(counted) ?? null).arrayBuffer());
}
