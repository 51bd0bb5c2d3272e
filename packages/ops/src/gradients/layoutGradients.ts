import * as tf from "@tensorflow/tfjs-core";
import { sumTo } from "./sumTo.ts";

/** Gradients of operations that only move elements. */
export const layoutGradients: tf.GradConfig[] = [
  reshaping("Reshape", "x"),
  reshaping("ExpandDims", "input"),
  {
    kernelName: "Transpose",
    gradFunc: (dy, _saved, attrs) => ({
      x: () => {
        const { perm } = attrs as unknown as tf.TransposeAttrs;
        const undo = perm.map((_, axis) => perm.indexOf(axis));
        return tf.transpose(dy as tf.Tensor, undo);
      },
    }),
  },
  {
    kernelName: "BroadcastTo",
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({
      x: () => sumTo(dy as tf.Tensor, (x as tf.Tensor).shape),
    }),
  },
  {
    kernelName: "Tile",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { shape } = saved[0] as tf.Tensor;
      const { reps } = attrs as unknown as { reps: number[] };
      return { x: () => tf.reshape(sumRepeats(dy as tf.Tensor, shape, reps), shape) };
    },
  },
  {
    kernelName: "Concat",
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const { axis } = attrs as unknown as tf.ConcatAttrs;
      const along = tf.util.parseAxisParam(axis, saved[0]?.shape ?? [])[0] ?? 0;
      let start = 0;
      return Object.fromEntries(
        saved.map(({ shape }, index) => {
          const begin = shape.map((_, at) => (at === along ? start : 0));
          start += shape[along] ?? 0;
          return [index, () => tf.slice(dy as tf.Tensor, begin, shape)];
        }),
      ) as Record<string, () => tf.Tensor>;
    },
  },
  {
    kernelName: "Slice",
    inputsToSave: ["x"],
    gradFunc: (dys, saved, attrs) => {
      const x = saved[0] as tf.Tensor;
      const { begin, size } = attrs as unknown as tf.SliceAttrs;
      const [starts] = tf.slice_util.parseSliceParams(x, begin, size);
      const dy = dys as tf.Tensor;
      const paddings = x.shape.map((length, axis): [number, number] => {
        const before = starts?.[axis] ?? 0;
        return [before, length - before - (dy.shape[axis] ?? 0)];
      });
      return { x: () => tf.pad(dy, paddings) };
    },
  },
  {
    kernelName: "SplitV",
    gradFunc: (dys, _saved, attrs) => ({
      x: () => {
        const { axis } = attrs as unknown as tf.SplitVAttrs;
        return tf.concat([dys].flat(), axis); // one output comes alone
      },
    }),
  },
  {
    kernelName: "Pack",
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const { axis } = attrs as unknown as tf.PackAttrs;
      const parts = tf.unstack(dy as tf.Tensor, axis);
      return Object.fromEntries(saved.map((_, index) => [index, () => parts[index]])) as Record<
        string,
        () => tf.Tensor
      >;
    },
  },
  {
    kernelName: "Unpack",
    gradFunc: (dys, _saved, attrs) => ({
      value: () => {
        const { axis } = attrs as unknown as tf.UnpackAttrs;
        return tf.stack([dys].flat(), axis); // one output comes alone
      },
    }),
  },
  {
    kernelName: "PadV2",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { shape } = saved[0] as tf.Tensor;
      const { paddings } = attrs as unknown as tf.PadV2Attrs;
      const begin = paddings.map(([before]) => before);
      return { x: () => tf.slice(dy as tf.Tensor, begin, shape) };
    },
  },
  {
    kernelName: "Reverse",
    gradFunc: (dy, _saved, attrs) => ({
      x: () => {
        const { dims } = attrs as unknown as tf.ReverseAttrs;
        return tf.reverse(dy as tf.Tensor, dims);
      },
    }),
  },
];

/** The sum over the repeats of each axis, one axis after the other: GPUs support at most six axes at once. */
function sumRepeats(dy: tf.Tensor, shape: number[], reps: number[]): tf.Tensor {
  return shape.reduce((sum, _, axis) => {
    const [repeats, before] = [reps[axis] ?? 1, tf.util.sizeFromShape(shape.slice(0, axis))];
    if (repeats === 1) return sum;
    return tf.sum(tf.reshape(sum, [before, repeats, sum.size / (before * repeats)]), 1);
  }, dy);
}

function reshaping(kernelName: string, input: string): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x]) => ({
      [input]: () => tf.reshape(dy as tf.Tensor, (x as tf.Tensor).shape),
    }),
  };
}
