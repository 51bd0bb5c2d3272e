import { Recorder } from "@qkv/nn";
import { checkOptions, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Anatomy,
  anatomyOf,
  checkText,
  type MicroscopeModel,
  residualPath,
  runCopies,
  type Side,
  sideNamed,
  type SideName,
} from "../model/anatomy.ts";
import { type Answer, answerOf, checkAnswer } from "../model/answer.ts";
import { checkSameLengths, type MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose, sweep, type SweepOptions } from "../model/progress.ts";
import { outputPath } from "../names/aliases.ts";

/**
 * What is patched: the residual stream before each layer, or what the attention, the attention to a memory or the feed-forward
 * adds to it, at each position; or each head of either attention, at all positions.
 */
export const PATCH_KINDS = ["residual", "attention", "crossAttention", "feedForward", "heads", "crossHeads"] as const;

/** What is patched. */
export type PatchKind = (typeof PATCH_KINDS)[number];

/** Two texts of one length, and the number to watch. */
export interface TextPair {
  /** The text that the model runs on, with an activation of the other. */
  readonly base: MicroscopeInputs;
  /** The text that activations are taken from. */
  readonly source: MicroscopeInputs;
  readonly answer: Answer;
}

/** Options of {@link activationPatching}. */
export interface ActivationPatchingOptions extends SweepOptions {
  /** Default residual. */
  readonly kind?: PatchKind | undefined;
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
  /** How many patched copies run as one batch. Default 8. */
  readonly batchSize?: number | undefined;
}

/** The answer under each patch. */
export interface PatchGrid {
  /** Number of rows: the layers. */
  readonly rows: number;
  /** Number of columns: positions, or heads. */
  readonly columns: number;
  /** [rows, columns], the answer with that patch. */
  readonly values: Float32Array;
  /** The answer to the base, unpatched. */
  readonly base: number;
  /** The answer to the source. */
  readonly source: number;
}

/**
 * Activation patching: for each layer and each position, or each head, the answer to the base when that one activation is the
 * source's ("Locating and Editing Factual Associations in GPT", arXiv:2202.05262). With a clean source in a corrupted base it
 * shows what restores the answer; the other way round what breaks it.
 *
 * @throws RangeError if the texts differ in length, or the model has no such part; the signal's reason if it is aborted
 */
export async function activationPatching(
  model: MicroscopeModel,
  pair: TextPair,
  options: ActivationPatchingOptions = {},
): Promise<PatchGrid> {
  const who = "activationPatching";
  checkOptions(who, options, { kind: true, side: true, batchSize: true, signal: true, onProgress: true });
  const { kind = "residual", batchSize = 8 } = options;
  const { anatomy } = checkPair(who, model, pair);
  const { base, source, answer } = pair;
  const side = sideNamed(who, anatomy, options.side);
  const paths = patchPaths(who, side, kind);
  checkBatchSize(who, batchSize);
  using seen = new Recorder(paths);
  const read = async (inputs: MicroscopeInputs, taps?: Recorder) => {
    const values = await answersOf(who, model, inputs, 1, answer, taps);
    return values[0] ?? NaN;
  };
  const [unpatched, whole] = [await read(base), await read(source, seen)];
  const isHeads = kind === "heads" || kind === "crossHeads";
  const [first] = paths;
  const columns = first === undefined ? 0 : (seen.get(first).shape[1] ?? 0); // heads, or positions
  const values = new Float32Array(paths.length * columns);
  const steps = paths.flatMap((path, row) =>
    chunksOf(columns, batchSize).map((places) => async () => {
      const patch = (x: tf.Tensor) => replaced(x, seen.get(path), places, isHeads);
      const patched = await answersOf(who, model, base, places.length, answer, new Recorder([], { [path]: patch }));
      values.set(patched, row * columns + (places[0] ?? 0));
    }),
  );
  await sweep(steps, options);
  return { rows: paths.length, columns, values, base: unpatched, source: whole };
}

/**
 * The grid as shares of the way from the base's answer to the source's: 0 where a patch does nothing, 1 where it does all.
 *
 * @throws RangeError if both answers are one
 */
export function normalizedGrid(grid: PatchGrid): Float32Array {
  checkRecord("normalizedGrid", "grid", grid);
  const { values, base, source } = grid;
  if (base === source) throw new RangeError(`normalizedGrid: expected answers that differ, got ${base} of both texts`);
  return values.map((value) => (value - base) / (source - base));
}

/** Refuses a pair that cannot be compared. */
export function checkPair(who: string, model: MicroscopeModel, pair: TextPair): { anatomy: Anatomy } {
  const anatomy = anatomyOf(who, model);
  checkOptions(who, pair, { base: true, source: true, answer: true });
  const { base, source, answer } = pair;
  checkText(who, "base", anatomy, base);
  checkText(who, "source", anatomy, source);
  checkSameLengths(who, base, source);
  checkAnswer(who, anatomy, base, answer);
  return { anatomy };
}

/** Refuses what is no number of copies. */
export function checkBatchSize(who: string, batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize > 0) return;
  throw new RangeError(`${who}: expected batchSize to be a whole number from 1, got ${String(batchSize)}`);
}

/** The answers of copies of a text. */
export async function answersOf(
  who: string,
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  copies: number,
  answer: Answer,
  taps?: Recorder,
): Promise<Float32Array> {
  return readAndDispose(tf.tidy(() => answerOf(who, runCopies(model, inputs, copies, taps), answer)));
}

/** The path of the activation of a kind in each layer. */
function patchPaths(who: string, side: Side, kind: PatchKind): readonly string[] {
  if (!PATCH_KINDS.includes(kind)) {
    throw new RangeError(`${who}: expected kind to be ${PATCH_KINDS.join(", ")}, got ${String(kind)}`);
  }
  return side.layers.map(({ spec }, i) => {
    const at = `${side.prefix}layers.${i}`;
    if (kind === "residual") return residualPath(who, side, i);
    if (kind === "feedForward") return outputPath(spec, at, "ffn");
    if (kind === "attention") return outputPath(spec, at, "selfAttn");
    if (kind === "heads") return `${at}.selfAttn.heads`;
    if (spec.crossAttn !== undefined)
      return kind === "crossHeads" ? `${at}.crossAttn.heads` : outputPath(spec, at, "crossAttn");
    throw new RangeError(`${who}: expected kind ${kind} of a decoder that reads a memory, got one that does not`);
  });
}

/** In copy i the source's values at place i: a head of [C, H, L, D], or a position of [C, L, E]. Does not tidy. */
function replaced(x: tf.Tensor, source: tf.Tensor, places: readonly number[], isHeads: boolean): tf.Tensor {
  const count = x.shape[1] ?? 0;
  const here = places.flatMap((place) => Array.from({ length: count }, (_, i) => Number(i === place)));
  const mask = tf.tensor(here, isHeads ? [places.length, count, 1, 1] : [places.length, count, 1]);
  return tf.add(tf.mul(x, tf.sub(1, mask)), tf.mul(source, mask));
}

/** 0, 1, ... count - 1 in lists of a size. */
export function chunksOf(count: number, size: number): readonly (readonly number[])[] {
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  return starts.map((start) => Array.from({ length: Math.min(size, count - start) }, (_, i) => start + i));
}
