import { Recorder } from "@qkv/nn";
import { checkOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { type AblatedParts, ablationPatches } from "../ablation/ablationPatches.ts";
import { anatomyOf, checkText, type MicroscopeModel, runCopies } from "../model/anatomy.ts";
import { checkAnswer, positionOf } from "../model/answer.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose } from "../model/progress.ts";

/** Options of {@link nextTokenProbabilities}. */
export interface NextTokenOptions {
  /** The position that is read, counted from the end if below 0. Default -1. Of a classifier there is none. */
  readonly position?: number | undefined;
  /** What the model runs without, as {@link ablationPatches} takes it. Default nothing. */
  readonly without?: AblatedParts | undefined;
}

/**
 * The distribution of the next token, or of the token in the place of a mask; of a classifier, of labels. With `without`, that of the
 * model without those parts: two of them show what a head does to the answer.
 *
 * @returns [V], or [K] of a classifier: they sum to 1
 * @throws RangeError for a model that gives no logits, or a part that it does not have
 */
export async function nextTokenProbabilities(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  options: NextTokenOptions = {},
): Promise<Float32Array> {
  const who = "nextTokenProbabilities";
  checkOptions(who, options, { position: true, without: true });
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  const { position, without } = options;
  checkAnswer(who, anatomy, inputs, { token: 0, position });
  using taps = new Recorder([], without === undefined ? {} : ablationPatches(model, without));
  const probabilities = tf.tidy(() => {
    const logits = runCopies(model, inputs, 1, taps); // [1, L, V], or [1, K]
    const at = positionOf({ token: 0, position }, logits.shape[1] ?? 0);
    const row = logits.rank === 2 ? logits : tf.slice(logits, [0, at, 0], [1, 1, -1]);
    return tf.softmax(tf.reshape(row, [-1]));
  });
  return readAndDispose(probabilities);
}
