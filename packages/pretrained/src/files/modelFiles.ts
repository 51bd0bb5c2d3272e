import { checkRecord, describeArgument } from "@qkv/ops";
import { expectContents, TELLING_BYTES } from "./expectContents.ts";
import { errorIn, PretrainedError } from "./pretrainedError.ts";
import type { Weights } from "./storedArray.ts";

/** Source of a model's files: a folder, a server, an archive, memory. */
export interface ModelFiles {
  /** The name of the source in error messages: a path or a URL, without a slash at its end. */
  readonly name: string;
  /** Reads the bytes of a file, or undefined if there is none of this name. */
  read(file: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /**
   * Opens a file to read parts of it, or returns undefined if there is none of this name. Left out where a file can be
   * read only whole.
   */
  open?(file: string, options?: ReadOptions): Promise<OpenFile | undefined>;
  /** The names of all files, or at least of those right in `folder`, by default the top. Left out where they are unknown. */
  list?(folder?: string): Promise<readonly string[]>;
  /** Opens the weights where they are no safetensors: those of a GGUF file. */
  weights?(options?: ReadOptions): Promise<Weights>;
}

/** A file of which parts are read. */
export interface OpenFile {
  /** Size of the whole file, in bytes. */
  readonly size: number;
  /**
   * Reads the bytes from `start` to `end`, the last one not included.
   *
   * @param into memory of as many bytes that may be used for them
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** Options of reading: `signal` stops it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Makes a source of files in memory, by name. */
export function memoryFiles(name: string, files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  if (typeof files?.get !== "function")
    throw new PretrainedError(`memoryFiles: expected a Map of names and bytes, got ${describeArgument(files)}`);
  return {
    name,
    read: (file) => Promise.resolve(files.get(file)),
    list: () => Promise.resolve([...files.keys()]),
  };
}

/** The path of a file in error messages. */
export function pathOf(files: ModelFiles, file: string): string {
  return `${files.name}/${file}`;
}

/** Reads the bytes of a required file. */
export async function readFile(files: ModelFiles, file: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const bytes = await readOptionalFile(files, file, options);
  if (bytes === undefined) throw new PretrainedError(`${pathOf(files, file)}: expected a file, got nothing`);
  return bytes;
}

/** Reads the bytes of an optional file; an unreadable file is an error. */
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
 * Opens an optional file, to read parts of it. Where files can be read only whole, all its bytes stay in
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

/** Opens a file in memory. */
export function openBytes(bytes: Uint8Array): OpenFile {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    close: () => Promise.resolve(),
  };
}

/** Runs `work`; its failure becomes an error of the file, unless it was aborted. */
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

/** Reads a file's JSON object; undefined if the file is missing. */
export async function readOptionalJson(
  files: ModelFiles,
  file: string,
  options: ReadOptions = {},
): Promise<Record<string, unknown> | undefined> {
  const bytes = await readOptionalFile(files, file, options);
  return bytes === undefined ? undefined : parseJson(pathOf(files, file), bytes);
}

/** Reads the JSON object of a required file. */
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
 * Converts Python's JSON, which has numbers that JSON lacks: infinity becomes a number that is read as such, NaN the
 * string, which no field accepts as a number.
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
