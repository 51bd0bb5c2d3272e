import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import type { FileCache } from "./fileCache.ts";
import { openPieces } from "./filePieces.ts";
import { readAll } from "./keptFiles.ts";
import { reasonOf } from "./network.ts";
import { partialSegments, resumeSegments } from "./partialSegments.ts";
import { findSegments, type Segment, type SegmentStore } from "./segments.ts";

/**
 * Caches files in a browser's storage (the Cache API), for all pages of the origin and for offline use.
 *
 * A file is stored in segments of 4 MB, each under its offset, and is complete once a list of them with
 * their digests is stored. Memory holds one segment while a file is written, and the parts that are read. A download resumes
 * after a reload, and two tabs that fetch the same file write the same segments. Data that the browser does not store, since
 * its storage is full or forbidden, stay in memory until they are read.
 *
 * @param name of the cache in the browser's storage
 * @param onRefused called with the reason why something is not cached
 */
export function browserCache(name = "qkv-models", onRefused: (reason: string) => void = () => undefined): FileCache {
  const find = async (url: string): Promise<Response | undefined> => {
    try {
      return await (await caches.open(name)).match(url);
    } catch {
      return undefined; // storage is forbidden
    }
  };
  /** @returns whether it is cached */
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

/** The record of a complete file. */
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
 * Keys of the Cache API are URLs; no request is ever made to this one. A path would be shortened where a server's text
 * contains `..`, and name another file; a query is not.
 */
function urlOf(key: string): string {
  return `https://cache.invalid/?key=${encodeURIComponent(key)}`;
}
