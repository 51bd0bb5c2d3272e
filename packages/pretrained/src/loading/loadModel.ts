import { CheckpointError, ParamShapeError, streamCheckpoint } from "@qkv/nn";
import type { Dtype } from "@qkv/safetensors";
import type { AnyArchitecture, PretrainedModel } from "../registry/architectures.ts";
import { namesOf, unpacked, withPrefix } from "../weights/fileNames.ts";
import { type ModelFiles, pathOf, type ReadOptions } from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import { openWeights, type StoredArray } from "../weights/readWeights.ts";
import { spareArrayOf, withoutSpares } from "../weights/spareArrays.ts";

/**
 * Builds a model from a config and the weights of a folder. Memory holds the model and one array of the file at a time, or
 * on wasm one part of an array.
 *
 * @throws PretrainedError naming the file and the array; no tensor is left behind
 */
export async function loadModel(
  files: ModelFiles,
  architecture: AnyArchitecture,
  config: PretrainedModel["config"],
  { signal }: ReadOptions,
): Promise<{ readonly model: PretrainedModel; readonly dtypes: ReadonlyMap<Dtype, number> }> {
  const { arrays, dtypes, path, close } = await openWeights(files, { signal });
  try {
    return { model: await build(architecture, config, arrays, { signal }), dtypes };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PretrainedError && error.message.startsWith(`${files.name}/`)) throw error;
    const isOfArrays = [CheckpointError, ParamShapeError, PretrainedError].some((kind) => error instanceof kind);
    throw errorIn(isOfArrays ? path : pathOf(files, "config.json"), error);
  } finally {
    await close();
  }
}

async function build(
  { names, prefix, spares, optional, unpack, tie, build }: AnyArchitecture,
  config: PretrainedModel["config"],
  stored: ReadonlyMap<string, StoredArray>,
  options: ReadOptions,
): Promise<PretrainedModel> {
  const isWeight = namesOf(names);
  const isKnown = (name: string) => isWeight(name) || spareArrayOf(spares, name) !== undefined;
  const named = withPrefix(unpack === undefined ? stored : unpacked(stored, unpack), prefix, isKnown);
  const weights = await withoutSpares(named, spares, config);
  for (const [name, { dtype }] of weights) {
    // Numbers of a quantized file would silently be read as wrong weights.
    if (!FLOATS.includes(dtype)) throw new PretrainedError(`${name}: expected F32, F16, BF16 or F64, got ${dtype}`);
  }
  const tied = (await tie?.(config, weights)) ?? { config, arrays: weights };
  const present = new Set(tied.arrays.keys());
  // Such as the register tokens of a model without any.
  const ignore = [...tied.arrays].filter(([, { byteLength }]) => byteLength === 0).map(([name]) => name);
  return streamCheckpoint(tied.arrays, names, (params) => build(params, tied.config, present), {
    ...options,
    ignore,
    ...(optional && { optional }),
  });
}

const FLOATS: readonly Dtype[] = ["F32", "F16", "BF16", "F64"];
