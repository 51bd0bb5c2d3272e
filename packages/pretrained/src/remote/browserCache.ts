import { digestOf } from "./checksum.ts";
import { concat, type FileCache, type PartialFile } from "./fileCache.ts";
import { reasonOf } from "./network.ts";

/** How much is kept in one entry: what a page that is closed loses at most. */
const SEGMENT = 2 ** 23;

/**
 * Keeps files in a browser's own storage (the Cache API), for all pages of the origin and without a network.
 *
 * A file lies there in segments, each under the offset that it begins at, and is whole once its size does too. So a
 * download goes on after a reload, and two tabs that fetch the same file write the same segments. What the browser
 * refuses to keep, because its storage is full or forbidden, stays in memory until it is read.
 *
 * @param name of the cache in the browser's storage
 * @param onRefused hears why something is not kept
 */
export function browserCache(name = "qkv-models", onRefused: (reason: string) => void = () => undefined): FileCache {
  const segment = (key: string, offset: number) => `${urlOf(key)}&offset=${offset}`;

  const find = async (url: string): Promise<Response | undefined> => {
    try {
      return await (await caches.open(name)).match(url);
    } catch {
      return undefined; // storage is forbidden
    }
  };
  /** @returns whether it is kept */
  const put = async (url: string, body: BodyInit): Promise<boolean> => {
    try {
      await (await caches.open(name)).put(url, new Response(body));
      return true;
    } catch (error) {
      onRefused(reasonOf(error));
      return false;
    }
  };

  const readUpTo = async (key: string, size: number): Promise<Uint8Array | undefined> => {
    const found: Uint8Array[] = [];
    for (let at = 0; at < size; at += found.at(-1)?.length ?? 0) {
      const entry = await find(segment(key, at));
      if (entry === undefined) return undefined;
      found.push(new Uint8Array(await entry.arrayBuffer()));
      if (found.at(-1)?.length === 0) return undefined;
    }
    const bytes = concat(found);
    return bytes.length === size ? bytes : undefined;
  };

  /** The entry of a file that is whole. */
  const putWhole = async (key: string, size: number, sha256: string | undefined) =>
    put(urlOf(key), JSON.stringify({ size, sha256 } satisfies Whole));

  return {
    async read(key) {
      const whole = parseWhole(await (await find(urlOf(key)))?.text());
      const bytes = whole && (await readUpTo(key, whole.size));
      return bytes !== undefined && (await digestOf("SHA-256", bytes)) === whole?.sha256 ? bytes : undefined;
    },
    async write(key, bytes) {
      if (await put(segment(key, 0), bytes as BodyInit)) {
        await putWhole(key, bytes.length, await digestOf("SHA-256", bytes));
      }
    },
    async begin(key): Promise<PartialFile> {
      let kept = 0; // bytes in storage
      for (let entry; (entry = await find(segment(key, kept))) !== undefined;) {
        const { size } = await entry.blob();
        if (size === 0) break;
        kept += size;
      }
      let waiting: Uint8Array[] = []; // those behind them: of a segment that is not full, or refused
      let waitingSize = 0;
      let refused = false;
      let read: { readonly size: number; readonly sha256: string | undefined } | undefined; // last
      const flush = async () => {
        if (waitingSize === 0 || refused) return;
        refused = !(await put(segment(key, kept), concat(waiting) as BodyInit));
        if (refused) return;
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
          if (kept > 0) await (await caches.open(name)).delete(segment(key, 0));
          [kept, waiting, waitingSize] = [0, [], 0];
        },
        async read() {
          await flush();
          const stored = await readUpTo(key, kept);
          const bytes = stored === undefined ? new Uint8Array() : concat(kept > 0 ? [stored, ...waiting] : waiting);
          read = { size: bytes.length, sha256: await digestOf("SHA-256", bytes) };
          return bytes;
        },
        async finish() {
          await flush();
          if (!refused && read?.size === kept) await putWhole(key, kept, read.sha256);
        },
        close: flush,
      };
    },
  };
}

/** What is kept beside a file that is whole. */
interface Whole {
  readonly size: number;
  readonly sha256: string | undefined;
}

function parseWhole(text: string | undefined): Whole | undefined {
  try {
    const { size, sha256 } = JSON.parse(text ?? "") as Whole;
    return Number.isSafeInteger(size) ? { size, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keys of the Cache API are URLs; no request is ever made to this one. A path would be shortened where a server's words
 * hold `..`, and name another file; a query is not.
 */
function urlOf(key: string): string {
  return `https://cache.invalid/?key=${encodeURIComponent(key)}`;
}
