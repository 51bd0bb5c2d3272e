// Attention before it was called so: kernel regression (Nadaraya and Watson, 1964). Queries are places, keys the places of
// the training examples, values what was measured there. The kernel decides whom a query listens to; its width is learned.
import {
  boxcarKernel,
  constantKernel,
  epanechikovKernel,
  gaussianKernel,
  KernelPooling,
  nadarayaWatson,
} from "@qkv/attention";
import { Params, RandomStream } from "@qkv/nn";
import { heatMapGrid, lineChart, type Series } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { fit, preset, savePicture, take } from "./tour.ts";

const { examples, steps } = preset({ full: { examples: 40, steps: 200 }, tiny: { examples: 12, steps: 5 } });

const truth = (x: number) => 2 * Math.sin(x) + x;
const random = new RandomStream(1);
const xs = Array.from({ length: examples }, () => 5 * random.uniform()).sort((a, b) => a - b);
const ys = xs.map((x) => truth(x) + random.uniform() - 0.5);
const places = Array.from({ length: 50 }, (_, i) => i / 10);

const column = (numbers: number[]) => tf.tensor3d(numbers, [1, numbers.length, 1]);
const [queries, keys, values] = [column(places), column(xs), column(ys)];

const kernels = {
  gaussian: gaussianKernel,
  boxcar: boxcarKernel,
  epanechikov: epanechikovKernel,
  constant: constantKernel,
};
const curve = (name: string, numbers: ArrayLike<number>, at = places): Series => ({
  name,
  points: at.map((x, i) => [x, numbers[i] ?? 0] as const),
});
const curves = [{ ...curve("measured", ys, xs), dots: true }, curve("truth", places.map(truth))];
const maps: number[] = [];
for (const [name, kernel] of Object.entries(kernels)) {
  const { output, weights } = nadarayaWatson(queries, keys, values, { kernel, width: 0.5 });
  curves.push(curve(name, await take(output)));
  maps.push(...(await take(weights)));
}
savePicture("02-kernels", lineChart({ series: curves, title: "four kernels of width 0.5" }));
savePicture(
  "02-weights",
  heatMapGrid({
    ...{ shape: [1, Object.keys(kernels).length, places.length, examples], values: maps, names: Object.keys(kernels) },
    title: "how much each place listens to each example",
  }),
);

// Each example is predicted from the others, and the width that does it best is found by its gradient.
const params = Params.initialized(1);
const pooling = new KernelPooling(params, { width: 2 });
const diagonal = tf.tidy(() => tf.mul(tf.eye(examples), 1e4)); // far enough from oneself
const losses = await fit(
  params,
  () => {
    const width = tf.exp(pooling.logWidth);
    const others = (squares: tf.Tensor) => gaussianKernel(tf.add(squares, diagonal));
    const { output } = nadarayaWatson(keys, keys, values, { kernel: others, width });
    return tf.mean(tf.squaredDifference(output, values)) as tf.Scalar;
  },
  { steps, learningRate: 0.05 },
);
const [width = NaN] = await take(tf.tidy(() => tf.exp(pooling.logWidth)));
console.log(
  `width 2 had an error of ${losses[0]?.toFixed(3)}, the learned ${width.toFixed(2)} has ${losses.at(-1)?.toFixed(3)}`,
);
const learned = pooling.forward(queries, keys, values);
savePicture(
  "02-learned",
  lineChart({ series: [...curves.slice(0, 2), curve("learned width", await take(learned.output))] }),
);
tf.dispose([queries, keys, values, diagonal, learned.weights]);
params.dispose();
