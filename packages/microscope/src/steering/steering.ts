import { Recorder, type Patch } from "@qkv/nn";
import { checkArray, checkOptions, checkRecord } from "@qkv/ops";
import { type CausalModel, type Seq2SeqModel, type TappedModel, withTaps } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import {
  anatomyOf,
  checkText,
  type MicroscopeModel,
  residualPath,
  runCopies,
  sideNamed,
  type SideName,
} from "../model/anatomy.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose } from "../model/progress.ts";

/** Where a vector joins the residual stream, and how strongly. */
export interface Steering {
  /** The layer that the stream is read before: from 0 to the number of layers, which is after the last. */
  readonly layer: number;
  /** [E] */
  readonly vector: ArrayLike<number> & Iterable<number>;
  /** Factor of the vector. Default 1. */
  readonly scale?: number | undefined;
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
}

/**
 * Creates the patch that adds a vector to the residual stream at every position, for a `Recorder` of `@qkv/nn`.
 *
 * @throws RangeError if there is no such layer, or the vector is not of the model's width or not finite
 */
export function steeringPatches(model: MicroscopeModel, steering: Steering): Readonly<Record<string, Patch>> {
  const who = "steeringPatches";
  checkOptions(who, steering, { layer: true, vector: true, scale: true, side: true });
  const { layer, vector, scale = 1 } = steering;
  const side = sideNamed(who, anatomyOf(who, model), steering.side);
  const width = side.layers[0]?.spec.dModel ?? 0;
  checkArray(who, "vector", vector);
  const scaled = Float32Array.from(vector, (x) => x * scale);
  if (scaled.length !== width || !scaled.every(Number.isFinite)) {
    const got = scaled.length === width ? "one with others" : `${scaled.length}`;
    throw new RangeError(`${who}: expected vector of ${width} finite numbers, got ${got}`);
  }
  return { [residualPath(who, side, layer)]: (x) => tf.add(x, tf.tensor1d(scaled)) };
}

/**
 * Wraps a model so that a vector joins its residual stream at every position, read or written: for `generate` to use as any other
 * ("Activation Addition", arXiv:2308.10248). It borrows the weights: there is nothing to dispose of.
 *
 * @throws RangeError as {@link steeringPatches}
 */
export function steer(model: MicroscopeModel & TappedModel<Seq2SeqModel>, steering: Steering): Seq2SeqModel;
export function steer(model: MicroscopeModel & TappedModel<CausalModel>, steering: Steering): CausalModel;
export function steer(
  model: MicroscopeModel & (TappedModel<Seq2SeqModel> | TappedModel<CausalModel>),
  steering: Steering,
): Seq2SeqModel | CausalModel {
  const taps = new Recorder([], steeringPatches(model, steering));
  return withTaps(model as TappedModel<CausalModel>, taps);
}

/** Options of {@link steeringVector}. */
export interface SteeringVectorOptions extends Pick<Steering, "layer" | "side"> {
  /** Which positions are compared: the last of each text, or the mean of all. Default last. */
  readonly positions?: "last" | "mean" | undefined;
}

/**
 * The difference of the residual streams of two texts: a vector from one to the other.
 *
 * @returns [E]
 */
export async function steeringVector(
  model: MicroscopeModel,
  texts: { readonly from: MicroscopeInputs; readonly to: MicroscopeInputs },
  options: SteeringVectorOptions,
): Promise<Float32Array> {
  const who = "steeringVector";
  checkRecord(who, "model", model);
  checkOptions(who, options, { layer: true, side: true, positions: true });
  const { layer, positions = "last" } = options;
  if (positions !== "last" && positions !== "mean") {
    throw new RangeError(`${who}: expected positions to be last or mean, got ${String(positions)}`);
  }
  const anatomy = anatomyOf(who, model);
  checkRecord(who, "texts", texts);
  const { from, to } = texts;
  checkText(who, "from", anatomy, from);
  checkText(who, "to", anatomy, to);
  const path = residualPath(who, sideNamed(who, anatomy, options.side), layer);
  const vectorOf = async (inputs: MicroscopeInputs) => {
    using seen = new Recorder([path]);
    runCopies(model, inputs, 1, seen).dispose();
    const vector = tf.tidy(() => {
      const stream = seen.get<tf.Tensor3D>(path);
      const [, length, width] = stream.shape;
      return positions === "mean"
        ? tf.reshape(tf.mean(stream, 1), [width])
        : tf.reshape(tf.slice(stream, [0, length - 1, 0]), [width]);
    });
    return readAndDispose(vector);
  };
  const [start, end] = [await vectorOf(from), await vectorOf(to)];
  return end.map((x, i) => x - (start[i] ?? 0));
}
