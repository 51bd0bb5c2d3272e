import { concat, type FileCache, type PartialFile } from "./fileCache.ts";

/** How much is kept in one entry: what a page that is closed loses at most. */
const SEGMENT = 2 ** 23;

/**
 * Keeps files in a browser's own storage (the Cache API), for all pages of the origin and without a network.
 *
 * A file lies there in segments, each under the offset that it begins at, and is whole once its size does too. So a
 * download goes on after a reload, and two tabs that fetch the same file write the same segments.
 *
 * @param name of the cache in the browser's storage
 */
export function browserCache(name = "qkv-models"): FileCache {
  const storage = () => caches.open(name);
  const segment = (key: string, offset: number) => `${urlOf(key)}?offset=${offset}`;

  const readUpTo = async (key: string, size: number): Promise<Uint8Array | undefined> => {
    const cache = await storage();
    const found: Uint8Array[] = [];
    for (let at = 0; at < size; at += found.at(-1)?.length ?? 0) {
      const entry = await cache.match(segment(key, at));
      if (entry === undefined) return undefined;
      found.push(new Uint8Array(await entry.arrayBuffer()));
      if (found.at(-1)?.length === 0) return undefined;
    }
    const bytes = concat(found);
    return bytes.length === size ? bytes : undefined;
  };

  return {
    async read(key) {
      const entry = await (await storage()).match(urlOf(key));
      return entry === undefined ? undefined : readUpTo(key, Number(await entry.text()));
    },
    async write(key, bytes) {
      const cache = await storage();
      await cache.put(segment(key, 0), new Response(bytes as BodyInit));
      await cache.put(urlOf(key), new Response(String(bytes.length)));
    },
    async begin(key): Promise<PartialFile> {
      const cache = await storage();
      let kept = 0; // bytes in storage
      for (let entry; (entry = await cache.match(segment(key, kept))) !== undefined;) {
        const { size } = await entry.blob();
        if (size === 0) break;
        kept += size;
      }
      let waiting: Uint8Array[] = []; // of a segment that is not full
      let waitingSize = 0;
      const flush = async () => {
        if (waitingSize === 0) return;
        await cache.put(segment(key, kept), new Response(concat(waiting) as BodyInit));
        kept += waitingSize;
        [waiting, waitingSize] = [[], 0];
      };
      return {
        get size() {
          return kept + waitingSize;
        },
        async append(chunk) {
          waiting.push(chunk.slice());
          waitingSize += chunk.length;
          if (waitingSize >= SEGMENT) await flush();
        },
        async restart() {
          await cache.delete(segment(key, 0));
          [kept, waiting, waitingSize] = [0, [], 0];
        },
        async read() {
          await flush();
          return (await readUpTo(key, kept)) ?? new Uint8Array();
        },
        async finish() {
          await flush();
          await cache.put(urlOf(key), new Response(String(kept)));
        },
        close: flush,
      };
    },
  };
}

/** Keys of the Cache API are URLs; nobody asks this one for anything. */
function urlOf(key: string): string {
  return `https://cache.invalid/${key.split("/").map(encodeURIComponent).join("/")}`;
}
