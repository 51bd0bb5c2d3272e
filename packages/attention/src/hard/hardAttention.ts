import { checkRecord, checkTensor, stopGradient, withoutGradient } from "@qkv/ops";
import { type RandomStream, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { checkPositive } from "../checks/argumentChecks.ts";
import { hideScores, type Visible, visibleMask } from "../masks/maskedSoftmax.ts";

/** Outputs of {@link hardAttention}. */
export interface HardAttended {
  /** [B, Q, V], the value of the one key that each query chose */
  readonly output: tf.Tensor3D;
  /** [B, Q, K], 1 at that key, else 0 */
  readonly choice: tf.Tensor3D;
  /** [B, Q], the log-probability of that choice, whose gradient REINFORCE needs */
  readonly logProbability: tf.Tensor2D;
}

/** Options of {@link hardAttention}. */
export interface HardAttentionOptions {
  /** Random stream of the draws. Left out: each query takes the key of the highest score. */
  readonly random?: RandomStream | undefined;
  /** Visible keys: valid lengths or a mask, as of `maskedSoftmax`. */
  readonly visible?: Visible | undefined;
}

/**
 * Attends to one key: each query draws it from the softmax of its scores (Xu et al. 2015, arXiv:1502.03044, section
 * 4.1). The choice has no gradient; train it with {@link reinforceLoss}. A query that sees no key gets zeros.
 *
 * @param scores [B, Q, K]
 * @param values [B, K, V]
 * @throws RangeError if shapes do not fit
 */
export function hardAttention(
  scores: tf.Tensor,
  values: tf.Tensor,
  { random, visible }: HardAttentionOptions = {},
): HardAttended {
  checkTensor("hardAttention", "scores", scores, "[B, Q, K]");
  checkTensor("hardAttention", "values", values, "[B, K, V]");
  const [batch, queries, keys] = scores.shape;
  if (scores.rank !== 3 || values.rank !== 3 || values.shape[0] !== batch || values.shape[1] !== keys || keys === 0) {
    throw new RangeError(
      `hardAttention: expected scores [B, Q, K] and values [B, K, V] with at least one key, ` +
        `got [${scores.shape}], [${values.shape}]`,
    );
  }
  return tidy(() => {
    const mask = visible && visibleMask("hardAttention", visible, scores.shape);
    const masked = hideScores(scores, mask);
    const best = oneHotOfBest(random === undefined ? masked : tf.add(masked, gumbel(masked.shape, random)));
    // A query without a key to see chose a hidden one.
    const choice = (mask === undefined ? best : tf.mul(best, tf.cast(mask, "float32"))) as tf.Tensor3D;
    const logProbability = tf.sum(tf.mul(tf.logSoftmax(masked), choice), -1);
    return { output: tf.matMul(choice, values), choice, logProbability: tf.reshape(logProbability, [batch, queries]) };
  });
}

/**
 * Computes the REINFORCE loss (Williams 1992), which makes choices rewarded more than expected likelier: the mean of
 * -(reward - baseline) logProbability, whose gradient is that of -E[reward] in expectation, for any baseline; and of
 * (reward - baseline)², which trains a baseline with parameters to predict the reward. The first passes no gradient to
 * reward and baseline, the second none to the reward.
 *
 * @param logProbability [...], of each choice
 * @param reward [...]
 * @param baseline [...] or [], what was expected before the choice. Default 0
 * @returns a scalar
 * @throws RangeError if shapes differ
 */
export function reinforceLoss(
  logProbability: tf.Tensor,
  reward: tf.Tensor,
  baseline: tf.Tensor | number = 0,
): tf.Scalar {
  checkTensor("reinforceLoss", "logProbability", logProbability, "[...]");
  const expected = typeof baseline === "number" ? [] : baseline.shape;
  const fits = (shape: number[]) => tf.util.arraysEqual(shape, logProbability.shape);
  if (!fits(reward.shape) || !(expected.length === 0 || fits(expected))) {
    throw new RangeError(
      `reinforceLoss: expected a reward [${logProbability.shape}] and a baseline of that shape or [], ` +
        `got [${reward.shape}], [${expected}]`,
    );
  }
  return tf.tidy(() => {
    const earned = withoutGradient(reward);
    const surplus = withoutGradient(tf.sub(earned, baseline));
    const policy = tf.neg(tf.mean(tf.mul(surplus, logProbability)));
    return tf.add(policy, tf.mean(tf.square(tf.sub(earned, baseline)))) as tf.Scalar;
  });
}

/**
 * Computes a differentiable choice: the softmax of scores and Gumbel noise, near one key where the temperature is low
 * (Jang, Gu and Poole 2017, arXiv:1611.01144). With `straightThrough`, exactly one key on the way forward, and the soft
 * choice's gradient on the way back: a biased one, the less so the lower the temperature.
 *
 * @param scores [..., K]
 * @returns [..., K], rows that sum to 1
 * @throws RangeError if the temperature is not above 0
 */
export function gumbelSoftmax(
  scores: tf.Tensor,
  options: { readonly temperature?: number; readonly straightThrough?: boolean; readonly random: RandomStream },
): tf.Tensor {
  checkTensor("gumbelSoftmax", "scores", scores, "[...]");
  checkRecord("gumbelSoftmax", "options", options);
  const { temperature = 1, straightThrough = false, random } = options;
  checkPositive("gumbelSoftmax", "temperature", temperature);
  return tf.tidy(() => {
    const soft = tf.softmax(tf.div(tf.add(scores, gumbel(scores.shape, random)), temperature));
    return straightThrough ? tf.add(soft, withoutGradient(tf.sub(oneHotOfBest(soft), soft))) : soft;
  });
}

/** Gumbel's distribution: the best of scores and this noise is a draw from their softmax. */
function gumbel(shape: number[], random: RandomStream): tf.Tensor {
  const uniform = tf.randomUniform(shape, 1e-7, 1 - 1e-7, "float32", random.next()); // off 0 and 1, whose logarithms end
  return tf.neg(tf.log(tf.neg(tf.log(uniform))));
}

/** 1 at the best of each row, else 0. Its gradient is zero, and tfjs has no gradient of its operations. */
function oneHotOfBest(x: tf.Tensor): tf.Tensor {
  return stopGradient(x, (x) => {
    const best = tf.expandDims(tf.argMax(x, -1), -1); // [..., 1]
    // Not tf.oneHot: its numbers are integers, and tfjs's backends differ in how they make floats of them.
    return tf.where(tf.equal(tf.range(0, x.shape.at(-1) ?? 0, 1, "int32"), best), 1, 0);
  });
}
