import * as tf from "@tensorflow/tfjs-core";
import { Params } from "./params.ts";

/** One array of a checkpoint. */
export interface StateEntry {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Arrays by the checkpoint's own names, as a safetensors file gives them. */
export type StateDict = ReadonlyMap<string, StateEntry>;

/** Our name -> the checkpoint's name; `*` stands for a layer index. One row for each parameter, none implied. */
export type NameMap = Readonly<Record<string, string>>;

/** What a checkpoint may have too much or too little of, each by name. */
export interface LoadOptions {
  /** The checkpoint's names that may be there and are not read, such as copies of tied weights; `*` is a layer index. */
  readonly ignore?: readonly string[];
  /** Our names that may be missing, and then start from their initializer. */
  readonly optional?: readonly string[];
}

const INDEX = /(?<=\.)\d+(?=\.)/g;

/** The checkpoint's name of `path`, or undefined if the map has no row for it. */
export function checkpointName(names: NameMap, path: string): string | undefined {
  const indices = path.match(INDEX) ?? [];
  let next = 0;
  return names[path.replace(INDEX, "*")]?.replaceAll("*", () => indices[next++] ?? "*");
}

/** Whether `ignore` lists `name`, as it is or with a `*` for each layer index. */
export function isIgnored(ignore: readonly string[], name: string): boolean {
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
  { ignore = [], optional = [] }: LoadOptions = {},
): M {
  const unused = new Set([...state.keys()].filter((name) => !isIgnored(ignore, name)));

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
    return tf.tensor(entry.data, shape, "float32");
  });

  try {
    const model = build(params);
    if (unused.size > 0) throw new CheckpointError(`unused tensors: ${[...unused].sort().join(", ")}`);
    return model;
  } catch (error) {
    params.dispose();
    throw error;
  }
}

/**
 * The values of `params` under the checkpoint's names: what {@link loadCheckpoint} reads back.
 *
 * @throws CheckpointError if the table has no name for a parameter
 */
export async function readState(params: Params, names: NameMap): Promise<Map<string, StateEntry>> {
  const entries = [...params.named()].map(async ([path, variable]): Promise<[string, StateEntry]> => {
    const name = checkpointName(names, path);
    if (name === undefined) throw new CheckpointError(`no name for ${path} in the checkpoint's table`);
    return [name, { shape: variable.shape, data: (await variable.data()) as Float32Array }];
  });
  return new Map(await Promise.all(entries));
}

/** A checkpoint and a model do not fit each other. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}
