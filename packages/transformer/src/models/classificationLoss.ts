import { checkRecord, checkTensor, crossEntropy } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Labels } from "../config/labels.ts";

/**
 * The mean loss of a classifier, by its problem type as in transformers: cross-entropy of one label, binary cross-entropy
 * of several, squared error of regression. Where the config has none, one label is regression.
 *
 * @param logits [B, K]
 * @param labels [B] int32 for one label; [B, K] float32 for several and for regression
 * @param classes their names, which regression has one of, and the problem type
 */
export function classificationLoss(logits: tf.Tensor2D, labels: tf.Tensor, classes: Labels): tf.Scalar {
  const who = "classificationLoss";
  checkTensor(who, "logits", logits, "[B, K]", "float32");
  checkTensor(who, "labels", labels, "[...]");
  checkRecord(who, "classes", classes);
  const { labels: names, problemType } = classes;
  const type = problemType ?? (names.length === 1 ? "regression" : "single_label_classification");
  if (type === "single_label_classification") return tf.mean(crossEntropy(logits, labels));
  if (labels.size !== logits.size) {
    throw new RangeError(`classificationLoss: expected labels [${logits.shape}] for ${type}, got [${labels.shape}]`);
  }
  const targets = tf.reshape(labels, logits.shape);
  if (type === "regression") return tf.mean(tf.square(tf.sub(logits, targets)));
  // log(1 + exp(x)) - x y, without overflow
  const positive = tf.relu(logits);
  const softplus = tf.add(positive, tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  return tf.mean(tf.sub(softplus, tf.mul(logits, targets)));
}
