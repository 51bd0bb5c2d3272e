import { GGML_TYPES, GgufError, type RoundedType } from "@qkv/gguf";
import { isNamed, type Params } from "@qkv/nn";
import { checkArray, checkBackend, checkOptions, describeArgument, type OptionNames, type Weight } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";
import { blockBytes, formatName, type QuantizationFormat, storedBytes, typeOfFormat } from "./quantizationFormats.ts";
import type { KeptLayer, QuantizationReport, QuantizedLayer } from "./quantizationReport.ts";
import { roundWeight } from "./roundWeight.ts";

/** How far quantizing has come. */
export interface QuantizationProgress {
  /** The matrix or table that was rounded last. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** Options of {@link quantize}. */
export interface QuantizeOptions {
  /**
   * The matrices and tables that stay as they are: the last steps of their paths, `["lmHead", "decoder.embedding"]`, or a
   * function that says so of a name. Default: none.
   */
  readonly skip?: readonly string[] | ((name: string) => boolean);
  /**
   * The importance of each column of a matrix, by the matrix's name: what {@link measureImportance} measures. The scales of
   * its blocks are then chosen for the least weighted error. Matrices without are rounded as without this option.
   */
  readonly importance?: ReadonlyMap<string, Float32Array>;
  /** Called after each matrix or table. */
  readonly onProgress?: (progress: QuantizationProgress) => void;
  /** Stops between two of them; those before stay quantized. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<QuantizeOptions> = { skip: true, importance: true, onProgress: true, signal: true };

/** A model whose parameters can be quantized: any of this project. */
export interface QuantizableModel {
  readonly params: Params;
}

/**
 * Quantizes the matrices and tables of a model in place, one after the other: memory holds the model and one of them
 * besides. Blocks are rounded as llama.cpp rounds them. Norms, biases and scales stay; so do weights of more than two
 * dimensions and those whose rows are no whole blocks, which the report names. What was quantized no longer trains.
 *
 * Where the backend multiplies packed weights (wasm) they are held so; elsewhere as the floats that the codes stand for.
 *
 * @param format `q8_0` loses next to nothing at a quarter of float32's bytes; `q4_0` takes an eighth
 * @throws PretrainedError if the format is not known, `skip` names nothing, or a weight has an adapter or a number that is
 *   not finite; those before it are quantized
 */
export async function quantize(
  model: QuantizableModel,
  format: QuantizationFormat,
  options: QuantizeOptions = {},
): Promise<QuantizationReport> {
  const params = model?.params;
  if (typeof params?.weights !== "function") {
    throw new PretrainedError(`quantize: expected a model with params, got ${describeArgument(model)}`);
  }
  const type = typeOfFormat("quantize", format);
  checkOptions("quantize", options, OPTIONS);
  checkBackend("quantize");
  params.checkInUse("quantize");
  const { onProgress, signal, importance = new Map<string, Float32Array>() } = options;
  const weights = params.weights();
  checkImportance(weights, importance);
  const isSkipped = skipping(weights, options.skip);
  const kept: KeptLayer[] = [];
  const chosen: (readonly [name: string, weight: Weight])[] = [];
  for (const [name, weight] of weights) {
    if (weight.kind !== "matrix" && weight.kind !== "embedding") continue;
    const reason = isSkipped(name) ? "skipped" : reasonToKeep(weight, type);
    if (reason === undefined) chosen.push([name, weight]);
    else kept.push(keptLayer(name, weight, reason));
  }
  const adapted = chosen.find(([, { adapter }]) => adapter !== undefined);
  if (adapted !== undefined) {
    const way = "fold it in with mergeLora or take it off with removeLora first";
    throw new PretrainedError(`quantize: expected weights without adapters, got one of ${adapted[0]}: ${way}`);
  }

  const bytesBefore = bytesOf(weights);
  const layers: QuantizedLayer[] = [];
  for (const [name, weight] of chosen) {
    signal?.throwIfAborted();
    const size = sizeOf(weight);
    const before = storedBytes(weight.format, size);
    const errors = await withName(name, () => roundWeight(params, name, weight, type, importance.get(name)));
    const { shape } = weight;
    layers.push({ name, shape, format, ...errors, bytesBefore: before, bytesAfter: blockBytes(type, size) });
    onProgress?.({ name, done: layers.length, total: chosen.length });
  }
  const saved = layers.reduce((sum, layer) => sum + layer.bytesBefore - layer.bytesAfter, 0);
  return { format, layers, kept, bytesBefore, bytesAfter: bytesBefore - saved };
}

type Weights = ReadonlyMap<string, Weight>;

function skipping(weights: Weights, skip: QuantizeOptions["skip"] = []): (name: string) => boolean {
  if (typeof skip === "function") return skip;
  checkArray("quantize", "skip", skip);
  for (const target of skip) {
    const isThere = [...weights].some(([name, { kind }]) => kind !== "norm" && isNamed(name, target));
    if (isThere) continue;
    const such = `such as ${[...weights.keys()][0]}`;
    throw new PretrainedError(`quantize: expected skip to name weights of the model, ${such}, got ${String(target)}`);
  }
  return (name) => skip.some((target) => isNamed(name, target));
}

function checkImportance(weights: Weights, importance: ReadonlyMap<string, Float32Array>): void {
  if (typeof importance?.get !== "function") {
    throw new PretrainedError(`quantize: expected importance to be a Map, got ${describeArgument(importance)}`);
  }
  for (const [name, columns] of importance) {
    const expected = (weights.get(name)?.shape as readonly number[] | undefined)?.at(-1);
    if (expected === undefined) {
      throw new PretrainedError(`quantize: expected importance of weights of the model, got that of ${name}`);
    }
    if (columns instanceof Float32Array && columns.length === expected) continue;
    const got = columns instanceof Float32Array ? columns.length : describeArgument(columns);
    throw new PretrainedError(`quantize: ${name}: expected importance of ${expected} columns, got ${got}`);
  }
}

function reasonToKeep({ shape }: Weight, type: RoundedType): string | undefined {
  const { blockSize } = GGML_TYPES[type];
  const [rows = 0, columns = 0] = shape as readonly number[];
  if (shape.length !== 2) return `${shape.length} dimensions`;
  if (rows * columns === 0) return "no numbers";
  return columns % blockSize === 0 ? undefined : `rows of ${columns} numbers, no multiple of ${blockSize}`;
}

function keptLayer(name: string, weight: Weight, reason: string): KeptLayer {
  const { format, shape } = weight;
  return { name, shape, format: formatName(format), reason, bytes: storedBytes(format, sizeOf(weight)) };
}

function bytesOf(weights: Weights): number {
  return [...weights.values()].reduce((sum, weight) => sum + storedBytes(weight.format, sizeOf(weight)), 0);
}

function sizeOf({ shape }: Weight): number {
  return (shape as readonly number[]).reduce((product, size) => product * size, 1);
}

async function withName<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof GgufError || error instanceof PretrainedError)) throw error;
    throw new PretrainedError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
