import * as tf from "@tensorflow/tfjs-core";

/** Gradients of reductions and of softmax. */
export const reductionGradients: tf.GradConfig[] = [
  {
    kernelName: "Sum",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as tf.Tensor;
      return { x: () => spread(dy as tf.Tensor, x, axesOf(x, attrs)) };
    },
  },
  {
    kernelName: "Mean",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as tf.Tensor;
      const axes = axesOf(x, attrs);
      const count = axes.reduce((size, axis) => size * (x.shape[axis] ?? 1), 1);
      return { x: () => tf.div(spread(dy as tf.Tensor, x, axes), count) };
    },
  },
  extreme("Max"),
  extreme("Min"),
  {
    kernelName: "Softmax",
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const y = saved[0] as tf.Tensor;
      const { dim } = attrs as unknown as tf.SoftmaxAttrs;
      return {
        logits: () => {
          const weighted = tf.mul(dy as tf.Tensor, y);
          return tf.sub(weighted, tf.mul(tf.sum(weighted, dim, true), y));
        },
      };
    },
  },
  {
    kernelName: "LogSoftmax",
    outputsToSave: [true],
    gradFunc: (dys, saved, attrs) => {
      const y = saved[0] as tf.Tensor;
      const dy = dys as tf.Tensor;
      const { axis } = attrs as unknown as tf.LogSoftmaxAttrs;
      return {
        logits: () => tf.sub(dy, tf.mul(tf.sum(dy, axis, true), tf.exp(y))),
      };
    },
  },
  {
    kernelName: "Cumsum",
    gradFunc: (dy, _saved, attrs) => ({
      x: () => {
        const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
        return tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse);
      },
    }),
  },
];

// Where several elements are the extreme, each gets the whole gradient, as in tfjs.
function extreme(kernelName: "Max" | "Min"): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [tf.Tensor, tf.Tensor];
      const axes = axesOf(x, attrs);
      return {
        x: () => tf.mul(spread(dy as tf.Tensor, x, axes), tf.cast(tf.equal(x, spread(y, x, axes)), "float32")),
      };
    },
  };
}

function axesOf(x: tf.Tensor, attrs: tf.NamedAttrMap): number[] {
  const { axis, reductionIndices } = attrs as unknown as {
    axis?: number | number[];
    reductionIndices?: number | number[];
  };
  return tf.util.parseAxisParam((axis ?? reductionIndices) as number | number[], x.shape); // none named: all
}

/** `dy` repeated along `axes` of `x`, over which it was reduced. */
function spread(dy: tf.Tensor, x: tf.Tensor, axes: number[]): tf.Tensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  // tfjs does not broadcast an axis of 1 to 0.
  return x.size === 0 ? tf.zeros(x.shape) : tf.broadcastTo(tf.reshape(dy, shape), x.shape);
}
