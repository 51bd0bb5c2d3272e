import { askingFor, checkRecord, releaseTape } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Trainable parameters by dotted name. */
export type NamedVariables = ReadonlyMap<string, tf.Variable>;

/** Gradients by the dotted name of their parameter; a parameter that the loss does not depend on has none. */
export type NamedGradients = ReadonlyMap<string, tf.Tensor>;

/**
 * Computes a loss, and its gradient with respect to each parameter that it depends on.
 *
 * The caller owns the loss and the gradients.
 */
export function lossAndGradients(
  params: NamedVariables,
  loss: () => tf.Scalar,
): { loss: tf.Scalar; gradients: NamedGradients } {
  checkRecord("lossAndGradients", "params", params);
  const recorded = () => {
    const value = askingFor([...params.values()], loss);
    const { activeTape, gradientDepth } = tf.engine().state;
    if (gradientDepth === 1) releaseTape(activeTape ?? []); // deeper, the tape is walked again
    return value;
  };
  const { value, grads } = withoutLeaks(() => tf.variableGrads(recorded, [...params.values()]));
  const gradients = new Map<string, tf.Tensor>();
  for (const [name, variable] of params) {
    const gradient = grads[variable.name];
    if (gradient) gradients.set(name, gradient);
  }
  return { loss: value, gradients };
}

/** Runs `f`; if a loss or its gradient throws, disposes of the tensors that tfjs saved for the backward pass. */
function withoutLeaks<T extends tf.TensorContainer>(f: () => T): T {
  try {
    return tf.tidy(f);
  } catch (error) {
    const { state } = tf.engine();
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
      state.activeTape = [];
    }
    throw error;
  }
}

/** The Euclidean norm of all gradients taken as one vector. */
export function globalNorm(gradients: NamedGradients): tf.Scalar {
  checkRecord("globalNorm", "gradients", gradients);
  return tf.tidy(() => {
    const squares = [...gradients.values()].map(sumOfSquares);
    return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.sum(tf.stack(squares))) as tf.Scalar;
  });
}

/** Sums by row and then over the rows: one running float32 sum over millions of squares would lose digits. */
function sumOfSquares(gradient: tf.Tensor): tf.Scalar {
  const rows = gradient.rank > 1 ? tf.sum(tf.square(gradient), -1) : tf.square(gradient);
  return tf.sum(rows) as tf.Scalar;
}

/** The factor that clips gradients of this norm to `maxNorm`; 1 if they are below it. PyTorch's `clip_grad_norm_`. */
export function clipFactor(norm: number, maxNorm: number): number {
  return Math.min(maxNorm / (norm + 1e-6), 1);
}

/**
 * Clips gradients: scales them so that their global norm is at most `maxNorm`. Returns the norm before, too.
 *
 * The caller owns the scaled gradients and the norm, and still owns what was passed in.
 */
export function clipGradients(
  gradients: NamedGradients,
  maxNorm: number,
): { gradients: NamedGradients; norm: tf.Scalar } {
  checkRecord("clipGradients", "gradients", gradients);
  const [norm, ...scaled] = tf.tidy(() => {
    const norm = globalNorm(gradients);
    const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
    return [norm, ...[...gradients.values()].map((gradient) => tf.mul(gradient, factor))] as [
      tf.Scalar,
      ...tf.Tensor[],
    ];
  });
  return { norm, gradients: new Map([...gradients.keys()].map((name, i) => [name, scaled[i] as tf.Tensor])) };
}
