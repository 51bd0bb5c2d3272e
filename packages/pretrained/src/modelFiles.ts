import { errorIn, PretrainedError } from "./pretrainedError.ts";

/** Where a model's files come from: a folder, a server, an archive, memory. */
export interface ModelFiles {
  /** What error messages call the place: a path or a URL, without a slash at its end. */
  readonly name: string;
  /** The bytes of a file, or undefined if there is none of this name. */
  read(file: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array | undefined>;
}

/** How a file is read: `signal` stops it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Files that are in memory already, by name. */
export function memoryFiles(name: string, files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  return { name, read: (file) => Promise.resolve(files.get(file)) };
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
  { signal }: ReadOptions = {},
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  let bytes: Uint8Array | undefined;
  try {
    bytes = await files.read(file, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof PretrainedError ? error : errorIn(pathOf(files, file), error);
  }
  signal?.throwIfAborted();
  return bytes;
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
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function describe(value: unknown, bytes: Uint8Array): string {
  if (value !== undefined) return Array.isArray(value) ? "a list" : JSON.stringify(value).slice(0, 80);
  return `${bytes.length} bytes that are not JSON`;
}
