import { checkOptions, checkTensor, crossEntropy, describeArgument, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Options of {@link contrastiveLoss}. */
export interface ContrastiveOptions {
  /** [N, E] embeddings of texts that no anchor goes with: harder negatives than those of the batch. Default none. */
  readonly negatives?: tf.Tensor;
  /** What cosines are multiplied by, the inverse of a temperature. Default 20. */
  readonly scale?: number;
  /** Whether each positive has to find its anchor too, the mean of both (CLIP's way). Default false. */
  readonly symmetric?: boolean;
}

const NAMES: OptionNames<ContrastiveOptions> = { negatives: true, scale: true, symmetric: true };

/**
 * The loss of sentence embeddings with in-batch negatives: each anchor has to find its positive among those of the whole
 * batch by cosine similarity (InfoNCE, arXiv:1807.03748): `MultipleNegativesRankingLoss` of sentence-transformers.
 *
 * @param anchors [B, E]
 * @param positives [B, E], the i-th goes with the i-th anchor
 */
export function contrastiveLoss(anchors: tf.Tensor, positives: tf.Tensor, options: ContrastiveOptions = {}): tf.Scalar {
  const who = "contrastiveLoss";
  checkOptions(who, options, NAMES);
  const { negatives, scale = 20, symmetric = false } = options;
  checkTensor(who, "anchors", anchors, "[B, E]", "float32");
  checkTensor(who, "positives", positives, "[B, E]", "float32");
  if (!tf.util.arraysEqual(anchors.shape, positives.shape)) {
    throw new RangeError(`${who}: expected positives [${anchors.shape}], got [${positives.shape}]`);
  }
  if (negatives !== undefined) {
    checkTensor(who, "negatives", negatives, "[N, E]", "float32");
    if (negatives.shape[1] !== anchors.shape[1]) {
      throw new RangeError(`${who}: expected negatives [N, ${anchors.shape[1]}], got [${negatives.shape}]`);
    }
  }
  if (!(scale > 0 && scale < Infinity)) {
    throw new RangeError(`${who}: expected scale to be a number above 0, got ${describeArgument(scale)}`);
  }
  return tf.tidy(() => {
    const rows = unit(anchors);
    const own = unit(positives);
    const candidates = negatives === undefined ? own : tf.concat([own, unit(negatives)], 0);
    const labels = tf.range(0, anchors.shape[0] as number, 1, "int32");
    const cost = (from: tf.Tensor2D, to: tf.Tensor2D) =>
      tf.mean(crossEntropy(tf.mul(tf.matMul(from, to, false, true), scale), labels)) as tf.Scalar;
    const forwards = cost(rows, candidates);
    return symmetric ? (tf.div(tf.add(forwards, cost(own, rows)), 2) as tf.Scalar) : forwards;
  });
}

/** Rows of length 1: PyTorch's `normalize`. */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.sum(tf.square(x), -1, true);
  return tf.div(x, tf.sqrt(tf.maximum(squares, 1e-24)));
}
