import { checkArray, checkRecord, checkString, tensorFromParts, type TensorPart } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { Params } from "../params.ts";

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
  const { model, params, bound } = bind(state, names, build, options, (_entry, shape) => unwritten(shape));
  const variables = params.named();
  const largestFirst = [...bound].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  try {
    for (const [path, entry] of largestFirst) {
      options.signal?.throwIfAborted();
      const value = await readTensor(entry);
      (variables.get(path) as tf.Variable).assign(value);
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
  { ignore = [], optional = [] }: LoadOptions,
  tensorOf: (entry: Entry, shape: number[]) => tf.Tensor,
): Bound<M, Entry> {
  const unused = new Set([...state.keys()].filter((name) => !isIgnored(ignore, name)));
  const bound = new Map<string, Entry>();

  const params = Params.from((path, shape, init) => {
    const name = checkpointName(names, path);
    const entry = name === undefined ? undefined : state.get(name);
    if (name === undefined || entry === undefined) {
      if (optional.includes(path)) return init(shape, 0);
      throw new CheckpointError(`no tensor for ${path} (looked for ${name ?? "an unmapped name"})`);
    }
    unused.delete(name);
    if (!tf.util.arraysEqual(entry.shape as number[], shape)) {
      throw new CheckpointError(`${name}: expected shape [${shape}], got [${entry.shape}]`);
    }
    bound.set(path, entry);
    return tensorOf(entry, shape);
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

/** A tensor that has a shape and no memory, until its variable is written. */
function unwritten(shape: number[]): tf.Tensor {
  const dataId = tf.backend().write(new Float32Array(), [0], "float32");
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: "float32" });
}

async function readTensor({ shape, read, parts }: StoredEntry): Promise<tf.Tensor> {
  return parts === undefined ? tf.tensor(await read(), [...shape], "float32") : tensorFromParts(shape, parts());
}

/**
 * Reads the values of `params` under the checkpoint's names, as {@link loadCheckpoint} takes them.
 *
 * @throws CheckpointError if the table has no name for a parameter, or a parameter has an adapter, which it would lose
 */
export async function readState(params: Params, names: NameMap): Promise<Map<string, StateEntry>> {
  checkRecord("readState", "params", params);
  const adapted = [...params.weights()].find(([, { adapter }]) => adapter !== undefined);
  if (adapted !== undefined) {
    const way = "fold it in with mergeLora or take it off with removeLora first";
    throw new CheckpointError(`readState: expected weights without adapters, got one of ${adapted[0]}: ${way}`);
  }
  const entries = [...params.named()].map(async ([path, variable]): Promise<[string, StateEntry]> => {
    const name = checkpointName(names, path);
    if (name === undefined) throw new CheckpointError(`no name for ${path} in the checkpoint's table`);
    return [name, { shape: variable.shape, data: (await variable.data()) as Float32Array }];
  });
  return new Map(await Promise.all(entries));
}

/** The error of a checkpoint that does not fit its model. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}
