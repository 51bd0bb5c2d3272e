import { Recorder } from "@qkv/nn";
import { checkOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { type Anatomy, anatomyOf, checkText, type MicroscopeModel, residualPath, runCopies } from "../model/anatomy.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose, sweep, type SweepOptions } from "../model/progress.ts";
import type { Numbers } from "../recording/recordActivations.ts";

/** Options of {@link logitLens}. */
export interface LogitLensOptions extends SweepOptions {
  /** Number of likeliest tokens of each place. Default 5. */
  readonly top?: number | undefined;
}

/** What the model would answer at each layer, if it ended there. */
export interface LogitLens {
  /** Number of rows: layers + 1, as row i reads the residual stream before layer i, and the last row is the model's answer. */
  readonly rows: number;
  /** L, the number of positions. */
  readonly columns: number;
  /** Number of tokens of each place. */
  readonly top: number;
  /** [rows, L, top] ids, the likeliest first. */
  readonly tokens: Int32Array;
  /** [rows, L, top] */
  readonly logits: Float32Array;
  /** [rows, L, top] */
  readonly probabilities: Float32Array;
}

/**
 * Reads the residual stream before each layer, and after the last, through the last norm and the output layer, with the factors
 * and soft caps of the family (nostalgebraist 2020, "interpreting GPT: the logit lens"). Of an encoder-decoder, the decoder's.
 *
 * @throws RangeError for a model without an output layer over tokens; the signal's reason if it is aborted
 */
export async function logitLens(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  options: LogitLensOptions = {},
): Promise<LogitLens> {
  const who = "logitLens";
  checkOptions(who, options, { top: true, signal: true, onProgress: true });
  const { anatomy, logitsOf } = lensParts(who, model, inputs);
  const { top = 5 } = options;
  if (!Number.isInteger(top) || top < 1 || top > anatomy.vocabSize) {
    throw new RangeError(
      `${who}: expected top to be a whole number from 1 to ${anatomy.vocabSize}, got ${String(top)}`,
    );
  }
  const [rows, columns] = [anatomy.last.layers.length + 1, (inputs.decoderIds ?? inputs.ids).length];
  const paths = Array.from({ length: rows }, (_, i) => residualPath(who, anatomy.last, i));
  const size = columns * top;
  const lens = {
    ...{ rows, columns, top, tokens: new Int32Array(rows * size) },
    ...{ logits: new Float32Array(rows * size), probabilities: new Float32Array(rows * size) },
  };
  using seen = new Recorder(paths);
  runCopies(model, inputs, 1, seen).dispose();
  const steps = paths.map((path, row) => async () => {
    const { ids, values, probabilities } = tf.tidy(() => {
      const logits = logitsOf(seen.get(path));
      const { indices, values } = tf.topk(logits, top); // [1, L, top]
      const ids = tf.cast(indices, "int32");
      const normalizer = tf.logSumExp(logits, -1, true);
      return { ids, values, probabilities: tf.exp(tf.sub(values, normalizer)) };
    });
    lens.tokens.set(await readAndDispose(ids), row * size);
    lens.logits.set(await readAndDispose(values), row * size);
    lens.probabilities.set(await readAndDispose(probabilities), row * size);
  });
  await sweep(steps, options);
  return lens;
}

/**
 * All logits of one row of the lens.
 *
 * @param layer from 0, the embeddings, to the number of layers, the model's own answer
 * @returns [1, L, V]
 */
export async function lensLogits(model: MicroscopeModel, inputs: MicroscopeInputs, layer: number): Promise<Numbers> {
  const who = "lensLogits";
  const { anatomy, logitsOf } = lensParts(who, model, inputs);
  const path = residualPath(who, anatomy.last, layer);
  using seen = new Recorder([path]);
  const logits = tf.tidy(() => {
    runCopies(model, inputs, 1, seen);
    return logitsOf(seen.get(path));
  });
  const { shape } = logits;
  return { shape, values: await readAndDispose(logits) };
}

function lensParts(
  who: string,
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
): { anatomy: Anatomy; logitsOf(x: tf.Tensor): tf.Tensor3D } {
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  const {
    logitsOf,
    last: { norm },
  } = anatomy;
  if (logitsOf === undefined) {
    throw new RangeError(`${who}: expected a model with an output layer over tokens, got ${anatomy.className}`);
  }
  return { anatomy, logitsOf: (x) => logitsOf(norm === undefined ? x : norm.forward(x)) };
}
