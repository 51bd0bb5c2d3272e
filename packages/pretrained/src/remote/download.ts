import { PretrainedError } from "../files/pretrainedError.ts";
import type { OpenFile } from "../files/modelFiles.ts";
import type { Checksum } from "./checksum.ts";
import type { PartialFile } from "./fileCache.ts";
import { chunksOf, discard } from "./body.ts";
import { expectWithin, type FileLimits, type Limit, limitOf } from "./fileLimits.ts";
import { ask, type Network, pause, reasonOf } from "./network.ts";
import { Pace } from "./pace.ts";
import { UnreachableError } from "./unreachableError.ts";

/** Progress of a download. */
export interface DownloadProgress {
  /** The file's name in its model. */
  readonly file: string;
  /** Bytes received so far, including those of an earlier attempt. */
  readonly loaded: number;
  /** Size of the whole file in bytes; absent if the server does not report it. */
  readonly total?: number;
}

/** One file to fetch. */
export interface Download {
  readonly url: string;
  /** Its name in progress and errors. */
  readonly file: string;
  readonly network: Network;
  readonly limits: FileLimits;
  readonly headers?: Readonly<Record<string, string>>;
  /** The expected size in bytes, if known. */
  readonly size?: number | undefined;
  readonly checksum?: Checksum | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Turns a response with a status other than 200, 206 and 416 into an error. */
  readonly refuse: (response: Response) => PretrainedError;
}

/** The number of broken connections in a row without new bytes that are tolerated. */
const BREAKS = 5;

/**
 * Downloads a file into `part`, which may hold its beginning, resumes after broken connections, and finishes it once its
 * size and checksum are right.
 *
 * @returns the file, which is no longer open where this throws
 * @throws PretrainedError if it cannot be fetched, or fails the checks: then nothing of it is cached
 */
export async function download(what: Download, part: PartialFile): Promise<OpenFile> {
  const resumed = part.size > 0;
  const total = await fetchAll(what, part);
  const { size } = part;
  if ((total === undefined || size === total) && (await isRight(what, part))) return finished(part);
  await part.restart();
  if (resumed) return download(what, part); // its beginning may be of another file
  const { checksum } = what;
  throw new PretrainedError(
    size === total || total === undefined
      ? `${what.url}: expected bytes whose ${checksum?.algorithm} is ${checksum?.hex}, got others`
      : `${what.url}: expected ${total} bytes, got ${size}`,
  );
}

async function isRight({ checksum, signal }: Download, part: PartialFile): Promise<boolean> {
  return checksum === undefined || (await part.checksum(checksum.algorithm, { signal })) === checksum.hex;
}

async function finished(part: PartialFile): Promise<OpenFile> {
  const file = await part.open();
  try {
    await part.finish();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @returns the expected size in bytes, if known */
async function fetchAll(what: Download, part: PartialFile): Promise<number | undefined> {
  const pace = new Pace(what.network.timeoutMs);
  let { size: total } = what;
  let furthest = part.size; // bytes fetched a second time are no progress
  for (let breaks = 0; total === undefined || part.size < total;) {
    const before = furthest;
    const arrived = (bytes: number) => {
      pace.add(Math.max(0, bytes - furthest));
      furthest = Math.max(furthest, bytes);
    };
    const response = await request(what, part, pace);
    try {
      total = expectSize(what, sizeOf(response, part.size), total);
      await receive(what, response, { part, total, pace, arrived });
      if (total === undefined || part.size >= total) return total;
    } catch (error) {
      await discard(response);
      what.signal?.throwIfAborted();
      if (!isBroken(error)) throw error;
      if (breaks + 1 >= BREAKS && furthest === before) {
        throw new UnreachableError(`${what.url}: the connection breaks again and again (${reasonOf(error)})`);
      }
    }
    breaks = furthest > before ? 0 : breaks + 1;
    if (breaks >= BREAKS)
      throw new UnreachableError(`${what.url}: expected ${total} bytes, got ${part.size} and no more`);
    await pace.wait(what.url, pause(breaks, what.signal), () => undefined);
  }
  return total;
}

/** The size of the whole file: as listed, else as the server reports. @throws PretrainedError if these differ */
function expectSize({ url }: Download, told: number | undefined, total: number | undefined): number | undefined {
  if (told === undefined || total === undefined || told === total) return total ?? told;
  throw new PretrainedError(`${url}: expected ${total} bytes, got a file of ${told}`);
}

/** Requests the range from the end of `part` on. */
async function request(what: Download, part: PartialFile, pace: Pace): Promise<Response> {
  const { network, url, headers, signal } = what;
  const range = part.size > 0 ? { Range: `bytes=${part.size}-` } : undefined;
  const response = await ask(network, url, { headers: { ...headers, ...range }, signal, pace });
  if (response.status === 206 && startOf(response) === part.size) return response;
  if (response.status === 200) {
    if (part.size > 0) await part.restart(); // a server without ranges begins at the beginning
    return response;
  }
  await discard(response);
  if (response.status !== 206 && response.status !== 416) throw what.refuse(response);
  if (part.size === 0) throw new PretrainedError(`${url}: expected the file, got status ${response.status}`);
  await part.restart(); // the range is beyond the end: the bytes so far are of another file
  return request(what, part, pace);
}

/** The target of a response, and its expected size. */
interface Receiving {
  readonly part: PartialFile;
  readonly total: number | undefined;
  readonly pace: Pace;
  /** Called with the number of bytes of the file so far. */
  readonly arrived: (bytes: number) => void;
}

async function receive(what: Download, response: Response, { part, total, pace, arrived }: Receiving): Promise<void> {
  const { file, onProgress, url } = what;
  const limit = limitFor(what, total);
  expectWithin(url, limit, total ?? 0);
  const tell = () => onProgress?.({ file, loaded: part.size, ...(total !== undefined && { total }) });
  tell();
  for await (const chunk of chunksOf(url, response, pace)) {
    const size = part.size + chunk.length;
    expectWithin(url, limit, size);
    if (total !== undefined && size > total) {
      await part.restart();
      throw new PretrainedError(`${url}: expected ${total} bytes, got more`);
    }
    await store(part, chunk);
    arrived(part.size);
    tell();
  }
}

function limitFor({ file, limits }: Download, total: number | undefined): Limit {
  const limit = limitOf(file, limits);
  return limit.name === "weights" && total === undefined ? { name: "unsized", most: limits.unsized } : limit;
}

/** Error of the disk, which is no broken connection. */
class StorageError extends Error {}

async function store(part: PartialFile, chunk: Uint8Array): Promise<void> {
  try {
    await part.append(chunk);
  } catch (cause) {
    throw new StorageError(`could not be kept (${reasonOf(cause)}): is there room?`, { cause });
  }
}

function isBroken(error: unknown): boolean {
  return !(error instanceof StorageError || error instanceof PretrainedError);
}

/** `bytes 5-9/10` */
function startOf(response: Response): number | undefined {
  const start = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** The size of the whole file; unknown if it is compressed. */
function sizeOf(response: Response, received: number): number | undefined {
  const { headers } = response;
  const whole = /\/(\d+)$/.exec(headers.get("Content-Range") ?? "")?.[1];
  if (whole !== undefined) return Number(whole);
  const length = lengthOf(response);
  return length === undefined ? undefined : received + length;
}

/** The content length of a response; undefined if it is compressed, or no number. */
export function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("Content-Length") ?? "";
  const isPlain = (headers.get("Content-Encoding") ?? "identity") === "identity";
  return isPlain && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
