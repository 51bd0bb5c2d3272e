import { checkArray, checkOptions, checkTensor, describeArgument, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { TokenIds } from "./tokenIds.ts";

/** Options of {@link ctcLoss}. */
export interface CtcOptions {
  /** Number of steps of each row that count, from its first. Default all. */
  readonly lengths?: readonly number[];
  /** The class that stands for no label. Default 0. */
  readonly blank?: number;
  /** Whether labels that do not fit into their steps cost 0 instead of Infinity. Default false. */
  readonly zeroInfinity?: boolean;
}

const NAMES: OptionNames<CtcOptions> = { lengths: true, blank: true, zeroInfinity: true };

/** The logarithm of no probability: finite, or differences of two would not be numbers. */
const NEVER = -1e30;

/**
 * The connectionist temporal classification loss of each row (Graves et al. 2006): minus the log-probability of its labels,
 * summed over all ways to spread them over the steps with blanks between. PyTorch's `ctc_loss` of log-softmax with
 * `reduction="none"`; by forward and backward sums of logarithms.
 *
 * The gradient of a row that costs Infinity is not a number, as in PyTorch.
 *
 * @param logits [B, T, V]
 * @param labels the labels of each row, without blanks, of any lengths
 * @returns [B]; divide by the numbers of labels for PyTorch's mean
 * @throws RangeError if a label is a blank or no class, or a length is more than T
 */
export function ctcLoss(logits: tf.Tensor, labels: readonly TokenIds[], options: CtcOptions = {}): tf.Tensor1D {
  const who = "ctcLoss";
  checkTensor(who, "logits", logits, "[B, T, V]", "float32");
  checkArray(who, "labels", labels);
  checkOptions(who, options, NAMES);
  const paths = pathsOf(who, logits.shape, labels, options);
  return tf.tidy(() => {
    const difference = tf.customGrad((x, save) => {
      const [input, keep] = [x as tf.Tensor3D, save as tf.GradSaveFunc];
      const { losses, gradient } = lossAndGradient(input, paths);
      keep([gradient]);
      return {
        value: losses,
        gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
          tf.mul(saved as tf.Tensor, tf.reshape(dy, [paths.batch, 1, 1])),
      };
    });
    return difference(logits) as tf.Tensor1D;
  });
}

/** What is known before any number: each row's labels with blanks around them, S = 2 labels + 1 places of a path. */
interface Paths {
  readonly batch: number;
  readonly steps: number;
  readonly classes: number;
  readonly places: number;
  readonly lengths: readonly number[];
  /** [B][S], the class of each place, -1 beyond the row's last. */
  readonly classOf: readonly (readonly number[])[];
  /** [B], the cost where no step has to be looked at, as no path fits into them or there is none; else undefined. */
  readonly fixed: readonly (number | undefined)[];
}

function pathsOf(
  who: string,
  [batch = 0, steps = 0, classes = 0]: readonly number[],
  labels: readonly TokenIds[],
  { lengths = Array<number>(batch).fill(steps), blank = 0, zeroInfinity = false }: CtcOptions,
): Paths {
  if (!Number.isSafeInteger(blank) || blank < 0 || blank >= classes) {
    throw new RangeError(`${who}: expected blank to be a class in [0, ${classes}), got ${describeArgument(blank)}`);
  }
  for (const [name, list] of Object.entries({ labels, lengths })) {
    checkArray(who, name, list);
    if (list.length !== batch) throw new RangeError(`${who}: expected ${name} of ${batch} rows, got ${list.length}`);
  }
  const places = 2 * Math.max(0, ...labels.map((row) => row.length)) + 1;
  const fixed: (number | undefined)[] = [];
  const classOf = labels.map((row, b) => {
    checkArray(who, `labels[${b}]`, row);
    const length = lengths[b] as number;
    if (!Number.isSafeInteger(length) || length < 0 || length > steps) {
      throw new RangeError(
        `${who}: expected lengths[${b}] to be an integer to ${steps}, got ${describeArgument(length)}`,
      );
    }
    const path = Array<number>(places)
      .fill(-1)
      .fill(blank, 0, 2 * row.length + 1);
    let needed = row.length;
    for (let i = 0; i < row.length; i++) {
      const label = row[i] as number;
      if (!Number.isSafeInteger(label) || label < 0 || label >= classes || label === blank) {
        const expected = `a class in [0, ${classes}) but the blank ${blank}`;
        throw new RangeError(`${who}: expected labels[${b}][${i}] to be ${expected}, got ${describeArgument(label)}`);
      }
      if (i > 0 && label === row[i - 1]) needed += 1; // a blank has to be between
      path[2 * i + 1] = label;
    }
    const cost = zeroInfinity ? 0 : Infinity;
    fixed.push(needed > length ? cost : length === 0 ? 0 : undefined);
    return path;
  });
  return { batch, steps, classes, places, lengths, classOf, fixed };
}

/** @returns losses [B], and their gradient with respect to the logits [B, T, V] */
function lossAndGradient(logits: tf.Tensor3D, paths: Paths): { losses: tf.Tensor1D; gradient: tf.Tensor3D } {
  const { batch, steps, classes, places, lengths, classOf, fixed } = paths;
  if (batch === 0 || steps === 0) {
    const losses = fixed.map((cost) => cost ?? 0);
    return { losses: tf.tensor1d(losses, "float32"), gradient: tf.zerosLike(logits) };
  }
  return tf.tidy(() => {
    const rows = tf.reshape(logits, [batch * steps, classes]) as tf.Tensor2D;
    const logProbs = tf.reshape(tf.logSoftmax(rows), [batch, steps, classes]);
    const isClass = tf.tensor3d(oneHot(paths), [batch, classes, places]);
    const emissions = tf.unstack(tf.matMul(logProbs, isClass), 1) as tf.Tensor2D[]; // T of [B, S]

    // What is impossible at a place is -1e30 there: beyond the row's end, or a jump over a blank between equal labels.
    const isPlace = classOf.map((path) => path.map((id) => id >= 0));
    const mayJump = classOf.map((path, b) =>
      path.map((id, s) => s % 2 === 1 && s >= 2 && (isPlace[b]?.[s] ?? false) && id !== path[s - 2]),
    );
    const bars = (allowed: readonly (readonly boolean[])[]) =>
      tf.tensor2d(
        allowed.flat().map((is) => (is ? 0 : NEVER)),
        [batch, places],
      );
    const closed = bars(isPlace);
    const jump = bars(mayJump);
    const jumpBack = bars(mayJump.map((row) => row.map((_, s) => row[s + 2] ?? false)));
    const first = bars(isPlace.map((row) => row.map((is, s) => is && s < 2)));
    const last = bars(isPlace.map((row) => row.map((is, s) => is && !(row[s + 2] ?? false))));
    const activeAt = Array.from({ length: steps }, (_, t) =>
      tf.tensor2d(
        lengths.map((length) => Number(t < length)),
        [batch, 1],
      ),
    );
    const endsAt = (t: number) =>
      tf.tensor2d(
        lengths.map((length) => Number(t === length - 1)),
        [batch, 1],
      );

    let alpha = tf.maximum(tf.add(first, emissions[0] as tf.Tensor2D), NEVER) as tf.Tensor2D;
    const alphas = [alpha];
    for (let t = 1; t < steps; t++) {
      const ways = logSumOf(alpha, shifted(alpha, 1), tf.add(shifted(alpha, 2), jump));
      const next = tf.maximum(tf.add(tf.add(ways, emissions[t] as tf.Tensor2D), closed), NEVER);
      alpha = blend(next, alpha, activeAt[t] as tf.Tensor2D);
      alphas.push(alpha);
    }
    const likelihood = logSumRows(tf.add(alpha, last)); // [B, 1]

    let beta = tf.fill([batch, places], NEVER) as tf.Tensor2D;
    const posteriors: tf.Tensor2D[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      const following = emissions[t + 1];
      if (following !== undefined) {
        const seen = tf.maximum(tf.add(beta, following), NEVER) as tf.Tensor2D;
        const ways = logSumOf(seen, shifted(seen, -1), tf.add(shifted(seen, -2), jumpBack));
        beta = tf.maximum(tf.add(ways, closed), NEVER) as tf.Tensor2D;
      }
      beta = blend(last, beta, endsAt(t));
      const joint = tf.sub(tf.add(alphas[t] as tf.Tensor2D, beta), likelihood); // [B, S]
      posteriors.push(tf.mul(tf.exp(tf.minimum(joint, 0)), activeAt[t] as tf.Tensor2D));
    }
    const posterior = tf.matMul(tf.stack(posteriors.reverse(), 1), isClass, false, true); // [B, T, V]
    const counted = tf.stack(activeAt, 1); // [B, T, 1]
    const gradient = tf.sub(tf.mul(tf.exp(logProbs), counted), posterior);

    const isFixed = tf.tensor1d(
      fixed.map((cost) => cost !== undefined),
      "bool",
    );
    const costs = tf.tensor1d(fixed.map((cost) => cost ?? 0));
    const slopes = tf.tensor1d(fixed.map((cost) => (cost === Infinity ? NaN : 0)));
    const spread = (x: tf.Tensor) => tf.tile(tf.reshape(x, [batch, 1, 1]), [1, steps, classes]);
    return {
      losses: tf.where(isFixed, costs, tf.neg(tf.reshape(likelihood, [batch]))) as tf.Tensor1D,
      gradient: tf.where(spread(isFixed), spread(slopes), gradient) as tf.Tensor3D,
    };
  });
}

/** [B, V, S], 1 where a place's class is. */
function oneHot({ batch, classes, places, classOf }: Paths): Float32Array {
  const values = new Float32Array(batch * classes * places);
  for (const [b, path] of classOf.entries()) {
    for (const [s, id] of path.entries()) if (id >= 0) values[(b * classes + id) * places + s] = 1;
  }
  return values;
}

/** The values so many places to the right, or to the left if negative, with none where nothing came. */
function shifted(x: tf.Tensor2D, by: number): tf.Tensor2D {
  const places = x.shape[1];
  const kept = Math.max(places - Math.abs(by), 0);
  const part = tf.slice(x, [0, by > 0 ? 0 : places - kept], [-1, kept]);
  return tf.pad(part, [[0, 0], by > 0 ? [places - kept, 0] : [0, places - kept]], NEVER);
}

/** log(exp(a) + exp(b) + exp(c)) of each element. */
function logSumOf(a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor2D {
  const most = tf.maximum(tf.maximum(a, b), c);
  const sum = tf.add(tf.add(tf.exp(tf.sub(a, most)), tf.exp(tf.sub(b, most))), tf.exp(tf.sub(c, most)));
  return tf.add(most, tf.log(sum)) as tf.Tensor2D;
}

/** @returns [B, 1] */
function logSumRows(x: tf.Tensor): tf.Tensor2D {
  const most = tf.max(x, 1, true);
  return tf.add(most, tf.log(tf.sum(tf.exp(tf.sub(x, most)), 1, true))) as tf.Tensor2D;
}

/** `a` where `share` [B, 1] is 1, `b` where it is 0. */
function blend(a: tf.Tensor, b: tf.Tensor, share: tf.Tensor): tf.Tensor2D {
  const chosen = tf.greater(tf.tile(share, [1, a.shape[1] as number]), 0.5);
  return tf.where(chosen, a, b) as tf.Tensor2D;
}
