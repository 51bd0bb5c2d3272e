import { checkOptions, checkRecord, checkTensor, crossEntropy, describeArgument, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** The log-probabilities that a model gives to the answers of a batch of prompts, see {@link sequenceLogProbs}. */
export interface PreferenceLogProbs {
  /** [B], of the answers that were preferred. */
  readonly chosen: tf.Tensor;
  /** [B], of those that were not. */
  readonly rejected: tf.Tensor;
}

/** Options of {@link dpoLoss}. */
export interface DpoOptions {
  /** How strongly it is held to the reference, above 0. Default 0.1. */
  readonly beta?: number;
  /** Share of preferences taken to be wrong, below 0.5 (conservative DPO). Default 0. */
  readonly labelSmoothing?: number;
}

const NAMES: OptionNames<DpoOptions> = { beta: true, labelSmoothing: true };

/**
 * The mean loss of direct preference optimization (arXiv:2305.18290, equation 7), as TRL's `sigmoid`: the policy has to prefer
 * the chosen answer by more than the reference does.
 *
 * @param policy of the model that learns
 * @param reference of the model that it started from; they have no gradient if nothing that is trained made them
 */
export function dpoLoss(
  policy: PreferenceLogProbs,
  reference: PreferenceLogProbs,
  options: DpoOptions = {},
): tf.Scalar {
  const who = "dpoLoss";
  checkOptions(who, options, NAMES);
  const { beta = 0.1, labelSmoothing = 0 } = options;
  const batch = policy?.chosen?.shape?.[0] as number;
  for (const [model, logProbs] of Object.entries({ policy, reference })) {
    checkRecord(who, model, logProbs);
    for (const [name, value] of Object.entries({ chosen: logProbs.chosen, rejected: logProbs.rejected })) {
      checkTensor(who, `${model}.${name}`, value, "[B]", "float32");
      if (value.shape[0] === batch) continue;
      throw new RangeError(`${who}: expected ${model}.${name} [${batch}], got [${value.shape}]`);
    }
  }
  if (!(beta > 0 && beta < Infinity)) {
    throw new RangeError(`${who}: expected beta to be a number above 0, got ${describeArgument(beta)}`);
  }
  if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
    const got = describeArgument(labelSmoothing);
    throw new RangeError(`${who}: expected labelSmoothing to be a number from 0 to below 0.5, got ${got}`);
  }
  return tf.tidy(() => {
    const preference = ({ chosen, rejected }: PreferenceLogProbs) => tf.sub(chosen, rejected);
    const margin = tf.mul(tf.sub(preference(policy), preference(reference)), beta); // [B]
    // -log(sigmoid(x)) is the cross-entropy of [x, 0], of which a half of its smoothing goes to the other class.
    const logits = tf.stack([margin, tf.zerosLike(margin)], 1); // [B, 2]
    const labels = tf.zeros([batch], "int32");
    return tf.mean(crossEntropy(logits, labels, { labelSmoothing: 2 * labelSmoothing })) as tf.Scalar;
  });
}

/**
 * The log-probability of each sequence of tokens: the sum of those of its tokens that count, so of an answer without its
 * prompt if the prompt's labels are -100.
 *
 * @param logits [B, L, V], of the token that each label is
 * @param labels [B, L] int32, -100 at positions that do not count
 * @returns [B]
 */
export function sequenceLogProbs(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor1D {
  const who = "sequenceLogProbs";
  checkTensor(who, "logits", logits, "[B, L, V]", "float32");
  checkTensor(who, "labels", labels, "[B, L]", "int32");
  const [batch, length, classes] = logits.shape;
  if (!tf.util.arraysEqual(labels.shape, [batch, length])) {
    throw new RangeError(`${who}: expected labels [${batch}, ${length}], got [${labels.shape}]`);
  }
  return tf.tidy(() => {
    const rows = tf.reshape(logits, [batch * length, classes]);
    const losses = crossEntropy(rows, tf.reshape(labels, [batch * length]));
    return tf.neg(tf.sum(tf.reshape(losses, [batch, length]), 1)) as tf.Tensor1D;
  });
}
