import { isIgnored, type StateDict, type StateEntry } from "@qkv/nn";
import { type Dtype, parseSafetensors, parseShardIndex, type SafeTensor, toFloat32 } from "@qkv/safetensors";
import {
  type ModelFiles,
  pathOf,
  readFile,
  readOptionalFile,
  readOptionalJson,
  type ReadOptions,
} from "./modelFiles.ts";
import { errorIn, PretrainedError } from "./pretrainedError.ts";

const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** A model's arrays, with how its files store them. */
export interface Weights {
  readonly state: StateDict;
  /** How many arrays are stored in each dtype. */
  readonly dtypes: ReadonlyMap<Dtype, number>;
  /** The path for messages: of the file, or of the index if there are several. */
  readonly path: string;
}

/**
 * Reads `model.safetensors`, or every file that `model.safetensors.index.json` names, as float32.
 *
 * @param ignore names of arrays that need not hold weights and are left out if they do not
 */
export async function readWeights(
  files: ModelFiles,
  { ignore = [], ...options }: ReadOptions & { readonly ignore?: readonly string[] } = {},
): Promise<Weights> {
  const tensors = new Map<string, SafeTensor>();
  const single = await readOptionalFile(files, WEIGHTS, options);
  if (single !== undefined) collect(tensors, parse(pathOf(files, WEIGHTS), single));
  else await readShards(files, tensors, options);

  const path = pathOf(files, single === undefined ? INDEX : WEIGHTS);
  const state = new Map<string, StateEntry>();
  const dtypes = new Map<Dtype, number>();
  for (const [name, tensor] of tensors) {
    if (isFloat(tensor.dtype)) state.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    else if (!isIgnored(ignore, name)) {
      throw new PretrainedError(`${path}: ${name}: expected F32, F16, BF16 or F64, got ${tensor.dtype}`);
    }
    dtypes.set(tensor.dtype, (dtypes.get(tensor.dtype) ?? 0) + 1);
  }
  return { state, dtypes, path };
}

/** Numbers of a quantized file would be read as weights that are wrong in silence. */
function isFloat(dtype: Dtype): boolean {
  return dtype === "F32" || dtype === "F16" || dtype === "BF16" || dtype === "F64";
}

async function readShards(files: ModelFiles, tensors: Map<string, SafeTensor>, options: ReadOptions): Promise<void> {
  const json = await readOptionalJson(files, INDEX, options);
  if (json === undefined) throw new PretrainedError(`${files.name}: expected ${WEIGHTS} or ${INDEX}, got neither`);
  for (const [file, names] of shardsOf(pathOf(files, INDEX), json)) {
    const found = parse(pathOf(files, file), await readFile(files, file, options));
    const missing = names.find((name) => !found.has(name));
    if (missing !== undefined) {
      throw new PretrainedError(
        `${pathOf(files, file)}: expected ${missing}, which ${INDEX} puts there, got ${found.size} others`,
      );
    }
    collect(tensors, new Map(names.map((name) => [name, found.get(name) as SafeTensor])));
  }
}

function shardsOf(path: string, json: unknown): ReadonlyMap<string, readonly string[]> {
  try {
    return parseShardIndex(json);
  } catch (error) {
    throw errorIn(path, error);
  }
}

function parse(path: string, bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  try {
    return parseSafetensors(bytes).tensors;
  } catch (error) {
    throw errorIn(path, error);
  }
}

function collect(into: Map<string, SafeTensor>, tensors: ReadonlyMap<string, SafeTensor>): void {
  for (const [name, tensor] of tensors) into.set(name, tensor);
}
