import { checkOptions, checkTensor, describeArgument, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { softCrossEntropy } from "./softCrossEntropy.ts";

/** Options of {@link distillationLoss}. */
export interface DistillationOptions {
  /** What both logits are divided by first, above 0: the higher, the more of the teacher's doubts count. Default 1. */
  readonly temperature?: number;
  /** [N] bool, false for rows that do not count, such as padding. Default all count. */
  readonly mask?: tf.Tensor;
}

const NAMES: OptionNames<DistillationOptions> = { temperature: true, mask: true };

/**
 * The mean divergence KL(teacher || student) of two models' classes, times the temperature's square so that gradients keep
 * their size (Hinton et al. 2015, arXiv:1503.02531): PyTorch's `kl_div(..., reduction="batchmean") * T²`.
 *
 * @param student [N, V] logits
 * @param teacher [N, V] logits; they have no gradient
 * @returns 0 if no row counts
 */
export function distillationLoss(student: tf.Tensor, teacher: tf.Tensor, options: DistillationOptions = {}): tf.Scalar {
  const who = "distillationLoss";
  checkOptions(who, options, NAMES);
  const { temperature = 1, mask } = options;
  checkTensor(who, "student", student, "[N, V]", "float32");
  checkTensor(who, "teacher", teacher, "[N, V]", "float32");
  if (!tf.util.arraysEqual(student.shape, teacher.shape)) {
    throw new RangeError(`${who}: expected teacher [${student.shape}], got [${teacher.shape}]`);
  }
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(`${who}: expected temperature to be a number above 0, got ${describeArgument(temperature)}`);
  }
  const rows = student.shape[0] as number;
  if (mask !== undefined) {
    checkTensor(who, "mask", mask, "[N]", "bool");
    if (mask.shape[0] !== rows) throw new RangeError(`${who}: expected mask [${rows}], got [${mask.shape}]`);
  }
  return tf.tidy(() => {
    const logs = tf.logSoftmax(tf.div(teacher, temperature) as tf.Tensor2D);
    const targets = tf.exp(logs);
    const entropies = tf.neg(tf.sum(tf.mul(targets, logs), -1)); // [N]
    const divergences = tf.sub(softCrossEntropy(tf.div(student, temperature), targets), entropies); // [N]
    const counted = mask === undefined ? divergences : tf.where(mask, divergences, tf.zerosLike(divergences));
    const count = mask === undefined ? tf.scalar(rows) : tf.sum(tf.where(mask, tf.ones([rows]), tf.zeros([rows])));
    return tf.mul(tf.div(tf.sum(counted), tf.maximum(count, 1)), temperature ** 2) as tf.Scalar;
  });
}
