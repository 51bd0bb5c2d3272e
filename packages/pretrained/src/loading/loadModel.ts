import { CheckpointError, ParamShapeError, streamCheckpoint } from "@qkv/nn";
import { multipliesPacked, testKernels, type WeightFormat } from "@qkv/ops";
import { type Architecture, type FamilyConfig, type FamilyModel, weightRulesOf } from "@qkv/transformer";
import { isRead, splitArrays, withPrefix } from "../weights/fileNames.ts";
import { type ModelFiles, pathOf, type ReadOptions } from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import type { NewWeights } from "./initialize.ts";
import type { StoredArray, StoredType } from "../files/storedArray.ts";
import { openWeights } from "../weights/readWeights.ts";
import { ignoredArray, withoutIgnored } from "../weights/ignoredArrays.ts";
import { resolveTies } from "../weights/tiedArrays.ts";

/** How a model's matrices and tables are held: as they are stored where the backend multiplies them so, or as float32. */
export type LoadDtype = "auto" | "float32";

interface LoadOptions extends ReadOptions {
  readonly dtype?: LoadDtype | undefined;
  /** Bytes that the weights may take. Default no limit. */
  readonly memoryBudget?: number | undefined;
  /** What starts anew. Default nothing. */
  readonly fresh?: NewWeights | undefined;
}

/**
 * Builds a model from a config and the weights of a folder. Memory holds the model and one array of the file at a time, or
 * on wasm and webgpu one part of an array.
 *
 * @param json `config.json`, which says whether the weights are quantized
 * @throws PretrainedError naming the file and the array; no tensor is left behind
 */
export async function loadModel(
  files: ModelFiles,
  architecture: Architecture,
  config: FamilyConfig,
  json: Readonly<Record<string, unknown>>,
  { signal, dtype, memoryBudget, fresh }: LoadOptions,
): Promise<{ readonly model: FamilyModel; readonly dtypes: ReadonlyMap<StoredType, number> }> {
  if (fresh?.isAll === true) return { model: await initialized(architecture, config, fresh), dtypes: new Map() };
  const { arrays, dtypes, path, close } = await (files.weights?.({ signal }) ?? openWeights(files, { signal }));
  try {
    const plain = QUANTIZATION.some((name) => json[name] ?? false)
      ? await dequantized(
          pathOf(files, "config.json"),
          json,
          { ...architecture, weights: weightRulesOf(architecture, config) },
          arrays,
        )
      : arrays;
    return { model: await build(architecture, config, plain, { signal, dtype, memoryBudget, fresh }), dtypes };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PretrainedError && error.message.startsWith(`${files.name}/`)) throw error;
    const isOfArrays = [CheckpointError, ParamShapeError, PretrainedError].some((kind) => error instanceof kind);
    throw errorIn(isOfArrays ? path : pathOf(files, "config.json"), error);
  } finally {
    await close();
  }
}

/** Builds a model none of whose weights are read. */
function initialized(
  architecture: Architecture,
  config: FamilyConfig,
  { isNew, seed }: NewWeights,
): Promise<FamilyModel> {
  const { rename } = weightRulesOf(architecture, config);
  return streamCheckpoint(new Map(), rename, (params) => architecture.build(params, config), { isNew, seed });
}

/** Fields of `config.json` that say how weights are quantized. */
const QUANTIZATION = ["quantization", "quantization_config", "compression_config"];

async function dequantized(
  path: string,
  json: Readonly<Record<string, unknown>>,
  architecture: Architecture,
  arrays: ReadonlyMap<string, StoredArray>,
): Promise<ReadonlyMap<string, StoredArray>> {
  const { dequantizedArrays } = await import("../quantization/dequantizedArrays.ts");
  return dequantizedArrays(path, json, architecture, arrays);
}

async function build(
  architecture: Architecture,
  config: FamilyConfig,
  stored: ReadonlyMap<string, StoredArray>,
  { signal, dtype = "auto", memoryBudget = Infinity, fresh }: LoadOptions,
): Promise<FamilyModel> {
  const rules = weightRulesOf(architecture, config);
  const replaced = new Set(
    Object.entries(rules.rename).flatMap(([ours, inFile]) => (fresh?.isReplaced(ours) === true ? [inFile] : [])),
  );
  const { ignore: ignored = {}, optional } = rules;
  const isWeight = isRead(rules);
  const isKnown = (name: string) => isWeight(name) || ignoredArray(ignored, name) !== undefined;
  const known = [...withPrefix(stored, rules.prefix, isKnown)].filter(([name]) => !replaced.has(name));
  const named = await withoutIgnored(new Map(known), ignored, config);
  const split = splitArrays(named, rules, config);
  for (const [name, { dtype, blocks }] of split) {
    // Numbers of a quantized file would silently be read as wrong weights.
    if (blocks === undefined && !FLOATS.includes(dtype))
      throw new PretrainedError(`${name}: expected floats, got ${dtype}`);
  }
  const tied = await resolveTies(rules.tie, config, split);
  const present = new Set(tied.arrays.keys());
  // Such as the register tokens of a model without any.
  const isNothing = ({ byteLength, isZero }: StoredArray) => byteLength === 0 || isZero === true;
  const ignore = [...tied.arrays].filter(([, array]) => isNothing(array)).map(([name]) => name);
  const heldAs = packedFormOf(dtype, tied.arrays);
  const arrays = new Map([...tied.arrays].map(([name, array]) => [name, { ...array, packed: heldAs(array) }]));
  await testKernels(formatsOf(arrays.values())); // before it is asked whether the backend multiplies packed weights
  const bytes = bytesHeld(arrays.values());
  if (bytes > memoryBudget) {
    throw new PretrainedError(`expected weights of at most ${memoryBudget} bytes in memory, got ${bytes}`);
  }
  return streamCheckpoint(arrays, rules.rename, (params) => architecture.build(params, tied.config, present), {
    signal,
    ignore,
    ...(optional && { optional }),
    ...(fresh && { isNew: fresh.isNew, seed: fresh.seed }),
  });
}

/** Bytes of weights as they are held: in their packed form, where the backend multiplies them so, or as float32. */
function bytesHeld(arrays: Iterable<StoredArray>): number {
  const packs = multipliesPacked();
  return [...arrays].reduce((sum, { packed, shape, byteLength }) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    return sum + (packs && packed !== undefined ? byteLength : 4 * size);
  }, 0);
}

/** The formats in which weights are held, each once. */
function formatsOf(arrays: Iterable<StoredArray>): readonly WeightFormat[] {
  const formats = [...arrays].map(({ packed }): WeightFormat => packed?.format ?? "f32");
  return [...new Map(formats.map((format) => [JSON.stringify(format), format])).values()];
}

/** Bytes of halves that caches hold as floats: multiplying them so is then faster, above all for several rows. */
const SMALL_BYTES = 2 ** 25;

/** Chooses the packed form of each array, if it is to have one: blocks always, halves in a model that caches do not hold. */
function packedFormOf(dtype: LoadDtype, arrays: ReadonlyMap<string, StoredArray>) {
  const isHalf = ({ packed }: StoredArray) => typeof packed?.format === "string";
  const bytes = [...arrays.values()].filter(isHalf).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return (array: StoredArray) =>
    dtype === "float32" || (isHalf(array) && bytes < SMALL_BYTES) ? undefined : array.packed;
}

const FLOATS: readonly StoredType[] = ["F32", "F16", "BF16", "F64", "F8_E4M3", "F8_E5M2"];
