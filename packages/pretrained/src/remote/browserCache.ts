import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import type { FileCache } from "./fileCache.ts";
import { openPieces } from "./filePieces.ts";
import { readAll } from "./keptFiles.ts";
import { reasonOf } from "./network.ts";
import { partialSegments, resumeSegments } from "./partialSegments.ts";
import { findSegments, type Segment, type SegmentStore } from "./segments.ts";

/**
 * Keeps files in a browser's own storage (the Cache API), for all pages of the origin and without a network.
 *
 * A file lies there in segments of 4 MB, each under the offset that it begins at, and is whole once a list of them with
 * their digests does too. Memory holds one segment while a file is written, and what is read of it. A download goes on
 * after a reload, and two tabs that fetch the same file write the same segments. What the browser refuses to keep, because
 * its storage is full or forbidden, stays in memory until it is read.
 *
 * @param name of the cache in the browser's storage
 * @param onRefused hears why something is not kept
 */
export function browserCache(name = "qkv-models", onRefused: (reason: string) => void = () => undefined): FileCache {
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
  const remove = async (url: string): Promise<void> => {
    try {
      await (await caches.open(name)).delete(url);
    } catch {
      // nothing is there
    }
  };
  const storeOf = (key: string): SegmentStore => {
    const urlAt = (offset: number) => `${urlOf(key)}&offset=${offset}`;
    return {
      get: async (offset) => (await find(urlAt(offset)))?.blob(),
      put: (offset, bytes) => put(urlAt(offset), bytes as BodyInit),
      remove: (offset) => remove(urlAt(offset)),
      finish: (segments) => put(urlOf(key), JSON.stringify({ segments } satisfies Whole)),
    };
  };
  const open = async (key: string, options?: ReadOptions): Promise<OpenFile | undefined> => {
    const segments = parseWhole(await (await find(urlOf(key)))?.text());
    const blobs = segments && (await findSegments(storeOf(key), segments, options));
    return blobs && openPieces(blobs);
  };
  return {
    async read(key) {
      const file = await open(key);
      return file && readAll(file);
    },
    open,
    async write(key, bytes) {
      const part = partialSegments(storeOf(key));
      await part.append(bytes);
      await part.finish();
    },
    begin: (key, _, algorithm) => resumeSegments(storeOf(key), algorithm),
  };
}

/** What is kept beside a file that is whole. */
interface Whole {
  readonly segments: readonly Segment[];
}

function parseWhole(text: string | undefined): readonly Segment[] | undefined {
  try {
    const { segments } = JSON.parse(text ?? "") as Whole;
    const isSegment = ({ size, sha256 }: Segment) => Number.isSafeInteger(size) && typeof sha256 === "string";
    return segments.every(isSegment) ? segments : undefined;
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
