import {
  checkArray,
  checkRecord,
  checkString,
  denseOf,
  maxTensorBytes,
  multipliesPacked,
  type PackedTensor,
  packedWords,
  tensorFromParts,
  type TensorPart,
  type Weight,
  type WeightFormat,
  type WeightKind,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { Params } from "../params.ts";
import { hashString } from "../randomStream.ts";

/** One array of a checkpoint. */
export interface StateEntry {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The arrays of a checkpoint, by its own names, as in a safetensors file. */
export type StateDict = ReadonlyMap<string, StateEntry>;

/** One array of a checkpoint that is yet to be read. */
export interface StoredEntry {
  readonly shape: readonly number[];
  /** Reads the elements, into an array that nothing else changes. */
  read(): Promise<Float32Array>;
  /** Reads the elements in parts, of any array; each part is valid until the next one is requested. */
  readonly parts?: (() => AsyncIterable<TensorPart>) | undefined;
  /** Its packed form, which matrices and tables take where the backend multiplies them so. */
  readonly packed?: PackedEntry | undefined;
}

/** An array [O, I] that can be read in fewer bits than float32 has. */
export interface PackedEntry {
  readonly format: PackedTensor["format"];
  /** Reads its words, into a tensor of the caller's. */
  read(): Promise<PackedTensor>;
}

/** Arrays that are yet to be read, by the checkpoint's own names. */
export type StoredState = ReadonlyMap<string, StoredEntry>;

/**
 * Parameter names in the model -> names in the checkpoint; `*` is a layer index. One row for each parameter, none
 * implied.
 */
export type NameMap = Readonly<Record<string, string>>;

/** Parameters that may be missing, and entries to ignore, by name. */
export interface LoadOptions {
  /** Names in the checkpoint to ignore, such as copies of tied weights; `*` is a layer index. */
  readonly ignore?: readonly string[];
  /** Names of parameters that may be missing, and then start from their initializer. */
  readonly optional?: readonly string[];
  /** Chooses parameters that may be missing, by name, and then start from their initializer with {@link seed}: a new head. */
  readonly isNew?: ((path: string) => boolean) | undefined;
  /** The seed of parameters that are new; a value depends on it and on the name, as in `Params.initialized`. Default 0. */
  readonly seed?: number | undefined;
}

const INDEX = /(?<=\.)\d+(?=\.)/g;

/** The checkpoint's name of `path`, or undefined if the map has no row for it. */
export function checkpointName(names: NameMap, path: string): string | undefined {
  checkRecord("checkpointName", "names", names);
  checkString("checkpointName", "path", path);
  const indices = path.match(INDEX) ?? [];
  let next = 0;
  return names[path.replace(INDEX, "*")]?.replaceAll("*", () => indices[next++] ?? "*");
}

/** Whether `ignore` lists `name`, as it is or with a `*` for each layer index. */
export function isIgnored(ignore: readonly string[], name: string): boolean {
  checkArray("isIgnored", "ignore", ignore);
  return ignore.includes(name) || ignore.includes(name.replace(INDEX, "*"));
}

/**
 * Builds a model from a checkpoint, strictly: every parameter must be there with its exact shape, and every array of
 * the checkpoint must be used or listed in `ignore`. A failed load leaves no tensor behind.
 *
 * @throws CheckpointError, ParamShapeError
 */
export function loadCheckpoint<M>(
  state: StateDict,
  names: NameMap,
  build: (params: Params) => M,
  options: LoadOptions = {},
): M {
  checkRecord("loadCheckpoint", "state", state);
  checkRecord("loadCheckpoint", "options", options);
  return bind(state, names, build, options, ({ data }, shape) => tf.tensor(data, shape, "float32")).model;
}

/**
 * Builds a model as {@link loadCheckpoint} does, from arrays that are read one after the other, the largest first:
 * memory holds the model and one array, or on backends that take parts, one part. All names and shapes are checked
 * before anything is read.
 *
 * @throws CheckpointError, ParamShapeError, and any error of reading
 */
export async function streamCheckpoint<M>(
  state: StoredState,
  names: NameMap,
  build: (params: Params) => M,
  options: LoadOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<M> {
  checkRecord("streamCheckpoint", "state", state);
  checkRecord("streamCheckpoint", "options", options);
  const { model, params, bound } = bind(state, names, build, options, unwritten);
  const weights = params.weights();
  const largestFirst = [...bound].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  try {
    for (const [path, entry] of largestFirst) {
      options.signal?.throwIfAborted();
      const { format, parts } = weights.get(path) as Weight;
      const value = format === "f32" ? await readTensor(entry) : await readWords(path, entry, format);
      (parts.data as tf.Variable).assign(value);
      value.dispose();
    }
    return model;
  } catch (error) {
    params.dispose();
    throw error;
  }
}

interface Bound<M, Entry> {
  readonly model: M;
  readonly params: Params;
  /** By parameter name. */
  readonly bound: ReadonlyMap<string, Entry>;
}

function bind<M, Entry extends { readonly shape: readonly number[] }>(
  state: ReadonlyMap<string, Entry>,
  names: NameMap,
  build: (params: Params) => M,
  { ignore = [], optional = [], isNew = () => false, seed = 0 }: LoadOptions,
  valueOf: (entry: Entry, shape: number[], kind: WeightKind, name: string) => tf.Tensor | PackedTensor,
): Bound<M, Entry> {
  const unused = new Set([...state.keys()].filter((name) => !isIgnored(ignore, name)));
  const bound = new Map<string, Entry>();

  const params = Params.from((path, shape, init, kind) => {
    const name = checkpointName(names, path);
    const entry = name === undefined ? undefined : state.get(name);
    if (name === undefined || entry === undefined) {
      if (optional.includes(path)) return init(shape, 0);
      if (isNew(path)) return init(shape, hashString(path, seed));
      throw new CheckpointError(`no tensor for ${path} (looked for ${name ?? "an unmapped name"})`);
    }
    unused.delete(name);
    if (!tf.util.arraysEqual(entry.shape as number[], shape)) {
      throw new CheckpointError(`${name}: expected shape [${shape}], got [${entry.shape}]`);
    }
    bound.set(path, entry);
    return valueOf(entry, shape, kind, name);
  });

  try {
    const model = build(params);
    if (unused.size > 0) throw new CheckpointError(`unused tensors: ${[...unused].sort().join(", ")}`);
    return { model, params, bound };
  } catch (error) {
    params.dispose();
    throw error;
  }
}

function sizeOf({ shape }: { readonly shape: readonly number[] }): number {
  return tf.util.sizeFromShape([...shape]);
}

/** A value that has a shape and no memory, until its variable is written. */
function unwritten({ packed }: StoredEntry, shape: number[], kind: WeightKind, name: string): tf.Tensor | PackedTensor {
  const [rows, columns] = shape;
  const isPackable = (kind === "matrix" || kind === "embedding") && shape.length === 2 && multipliesPacked();
  if (packed === undefined || !isPackable) {
    expectToFit(name, shape, tf.util.sizeFromShape(shape), "f32");
    return emptyTensor(shape, "float32");
  }
  const of = [rows, columns] as [number, number];
  const { format } = packed;
  const words = packedWords(format, of);
  expectToFit(name, shape, words, typeof format === "string" ? format : `${format.bits} bits`);
  return { shape: of, format, data: emptyTensor([words], "int32") as tf.Tensor1D };
}

/** Refuses an array of more words of 4 bytes than a kernel takes, before it is read. */
function expectToFit(name: string, shape: readonly number[], words: number, format: string): void {
  const limit = maxTensorBytes();
  if (4 * words <= limit) return;
  throw new CheckpointError(
    `${name}: expected at most ${limit} bytes, as ${tf.getBackend()} takes in one tensor here, ` +
      `got ${4 * words} for [${shape}] in ${format}`,
  );
}

function emptyTensor(shape: number[], dtype: "float32" | "int32"): tf.Tensor {
  const dataId = tf.backend().write(dtype === "int32" ? new Int32Array() : new Float32Array(), [0], dtype);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

async function readTensor({ shape, read, parts }: StoredEntry): Promise<tf.Tensor> {
  return parts === undefined ? tf.tensor(await read(), [...shape], "float32") : tensorFromParts(shape, parts());
}

async function readWords(path: string, { packed }: StoredEntry, format: WeightFormat): Promise<tf.Tensor> {
  const read = await packed?.read();
  const [expected, got] = [JSON.stringify(format), JSON.stringify(read?.format)];
  if (read !== undefined && got === expected) return read.data;
  read?.data.dispose();
  throw new CheckpointError(`${path}: expected words of ${expected}, got ${got}`);
}

/**
 * Reads the values of `params` under the checkpoint's names, as {@link loadCheckpoint} takes them.
 *
 * @param isRead which of them, by name. Default: all
 * @throws CheckpointError if the table has no name for a parameter, or a parameter has an adapter, which it would lose
 */
export async function readState(
  params: Params,
  names: NameMap,
  isRead: (path: string, weight: Weight) => boolean = () => true,
): Promise<Map<string, StateEntry>> {
  checkRecord("readState", "params", params);
  const adapted = [...params.weights()].find(([, { adapter }]) => adapter !== undefined);
  if (adapted !== undefined) {
    const way = "fold it in with mergeLora or take it off with removeLora first";
    throw new CheckpointError(`readState: expected weights without adapters, got one of ${adapted[0]}: ${way}`);
  }
  const wanted = [...params.weights()].filter(([path, weight]) => isRead(path, weight));
  const entries = wanted.map(async ([path, weight]): Promise<[string, StateEntry]> => {
    const name = checkpointName(names, path);
    if (name === undefined) throw new CheckpointError(`no name for ${path} in the checkpoint's table`);
    const numbers = denseOf(weight);
    try {
      return [name, { shape: weight.shape, data: (await numbers.data()) as Float32Array }];
    } finally {
      numbers.dispose();
    }
  });
  return new Map(await Promise.all(entries));
}

/** The error of a checkpoint that does not fit its model. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}
