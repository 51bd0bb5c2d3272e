import { checkRecord, describeArgument } from "@qkv/ops";
import { expectContents, TELLING_BYTES } from "./expectContents.ts";
import { errorIn, PretrainedError } from "./pretrainedError.ts";

/** Where a model's files come from: a folder, a server, an archive, memory. */
export interface ModelFiles {
  /** What error messages call the place: a path or a URL, without a slash at its end. */
  readonly name: string;
  /** The bytes of a file, or undefined if there is none of this name. */
  read(file: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /**
   * Opens a file to read parts of it, or gives undefined if there is none of this name. Left out where a file can be
   * read whole only.
   */
  open?(file: string, options?: ReadOptions): Promise<OpenFile | undefined>;
  /** The names of all files, for messages. Left out where nobody knows. */
  list?(): Promise<readonly string[]>;
}

/** A file of which parts are read. */
export interface OpenFile {
  /** Of the whole file, in bytes. */
  readonly size: number;
  /**
   * The bytes from `start` to `end`, the last one not included.
   *
   * @param into as many bytes of memory that may take them
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** How a file is read: `signal` stops it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Files that are in memory already, by name. */
export function memoryFiles(name: string, files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  if (typeof files?.get !== "function")
    throw new PretrainedError(`memoryFiles: expected a Map of names and bytes, got ${describeArgument(files)}`);
  return {
    name,
    read: (file) => Promise.resolve(files.get(file)),
    list: () => Promise.resolve([...files.keys()]),
  };
}

/** What an error message calls a file. */
export function pathOf(files: ModelFiles, file: string): string {
  return `${files.name}/${file}`;
}

/** The bytes of a file that has to be there. */
export async function readFile(files: ModelFiles, file: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const bytes = await readOptionalFile(files, file, options);
  if (bytes === undefined) throw new PretrainedError(`${pathOf(files, file)}: expected a file, got nothing`);
  return bytes;
}

/** The bytes of a file that may be missing; being unreadable is another thing, and an error. */
export async function readOptionalFile(
  files: ModelFiles,
  file: string,
  options: ReadOptions = {},
): Promise<Uint8Array | undefined> {
  checkRecord("readOptionalFile", "files", files);
  checkRecord("readOptionalFile", "options", options);
  const { signal } = options;
  const path = pathOf(files, file);
  const bytes = await attempt(path, signal, () => files.read(file, { signal }));
  if (bytes !== undefined) expectContents(path, bytes.subarray(0, TELLING_BYTES), bytes.length);
  return bytes;
}

/**
 * Opens a file that may be missing, to read parts of it. Where the files can be read whole only, all its bytes stay in
 * memory until it is closed.
 */
export async function openOptionalFile(
  files: ModelFiles,
  file: string,
  { signal }: ReadOptions = {},
): Promise<OpenFile | undefined> {
  const path = pathOf(files, file);
  if (files.open === undefined) {
    const bytes = await readOptionalFile(files, file, { signal });
    return bytes && openBytes(bytes);
  }
  const opened = await attempt(path, signal, () => files.open?.(file, { signal }));
  if (opened === undefined) return undefined;
  const { size } = opened;
  const read: OpenFile["read"] = (...span) => attempt(path, signal, () => opened.read(...span));
  try {
    expectContents(path, await read(0, Math.min(TELLING_BYTES, size)), size);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return { ...opened, size, read };
}

/** A file that is in memory. */
export function openBytes(bytes: Uint8Array): OpenFile {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    close: () => Promise.resolve(),
  };
}

/** What `work` gives; its failure as one of the file, unless it was stopped. */
async function attempt<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T> | T): Promise<T> {
  signal?.throwIfAborted();
  try {
    const done = await work();
    signal?.throwIfAborted();
    return done;
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof PretrainedError ? error : errorIn(path, error);
  }
}

/** A file's JSON object; undefined if the file is missing. */
export async function readOptionalJson(
  files: ModelFiles,
  file: string,
  options: ReadOptions = {},
): Promise<Record<string, unknown> | undefined> {
  const bytes = await readOptionalFile(files, file, options);
  return bytes === undefined ? undefined : parseJson(pathOf(files, file), bytes);
}

/** The JSON object of a file that has to be there. */
export async function readJson(
  files: ModelFiles,
  file: string,
  options: ReadOptions = {},
): Promise<Record<string, unknown>> {
  return parseJson(pathOf(files, file), await readFile(files, file, options));
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  const value = tryParse(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PretrainedError(`${path}: expected a JSON object, got ${describe(value, bytes)}`);
  }
  return value as Record<string, unknown>;
}

function tryParse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return JSON.parse(withPythonsNumbers(text)) as unknown;
    }
  } catch {
    return undefined;
  }
}

/**
 * JSON as Python writes it, which has numbers that JSON has not: infinity becomes a number that is read as such, NaN the
 * string, which no field takes for a number.
 */
function withPythonsNumbers(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|NaN|Infinity/g, (found) => {
    if (found === "NaN") return '"NaN"';
    return found === "Infinity" ? "1e999" : found;
  });
}

function describe(value: unknown, bytes: Uint8Array): string {
  if (value !== undefined) return Array.isArray(value) ? "a list" : JSON.stringify(value).slice(0, 80);
  return `${bytes.length} bytes that are not JSON`;
}
