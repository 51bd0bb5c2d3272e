// A Transformer's encoder learns to turn sequences around. Nobody tells it how; afterwards the heads show it: to write the
// first place it looks at the last.
import { sinusoidalPositions } from "@qkv/attention";
import { crossEntropy } from "@qkv/ops";
import { Embedding, Linear, Params, Pass, type PassOptions, RandomStream, Recorder } from "@qkv/nn";
import { type BlockSpec, Stack } from "@qkv/transformer";
import { headView, heatMapGrid, modelView } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { fit, preset, savePicture, take } from "./tour.ts";

const { length, width, steps, batch } = preset({
  full: { length: 10, width: 32, steps: 600, batch: 64 },
  tiny: { length: 4, width: 8, steps: 3, batch: 4 },
});
const [VOCABULARY, LAYERS, HEADS] = [12, 2, 2];
const block: BlockSpec = {
  dModel: width,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: HEADS },
  ffn: { kind: "mlp", dim: 2 * width, activation: "gelu" },
};

class Reverser {
  readonly params = Params.initialized(1);
  readonly embedding = new Embedding(this.params.at("embedding"), VOCABULARY, width);
  readonly stack = new Stack(this.params, Array<BlockSpec>(LAYERS).fill(block));
  readonly head = new Linear(this.params.at("head"), width, VOCABULARY);

  /** [B, L] to logits [B, L, V] */
  forward(ids: tf.Tensor2D, options: PassOptions = {}): tf.Tensor3D {
    const positions = tf.tensor2d(sinusoidalPositions(length, width), [length, width]);
    const x = tf.add<tf.Tensor3D>(this.embedding.forward(ids), positions);
    return this.head.forward(this.stack.forward(x, {}, new Pass(options)));
  }
}

/** Random sequences of letters. */
function sequences(count: number, random: RandomStream): tf.Tensor2D {
  const letters = Int32Array.from({ length: count * length }, () => Math.floor(random.uniform() * VOCABULARY));
  return tf.tensor2d(letters, [count, length], "int32");
}

const model = new Reverser();
const losses = await fit(
  model.params,
  (random) => {
    const ids = sequences(batch, random);
    const logits = tf.reshape(model.forward(ids), [-1, VOCABULARY]);
    return tf.mean(crossEntropy(logits, tf.reshape(tf.reverse(ids, 1), [-1]))) as tf.Scalar;
  },
  { steps, learningRate: 3e-3 },
);
const [right, all] = tf.tidy(() => {
  const ids = sequences(200, new RandomStream(99));
  const seen = new Recorder(["layers.*.selfAttn.probabilities"]);
  const hits = tf.equal(tf.argMax(model.forward(ids, { taps: seen }), -1), tf.reverse(ids, 1));
  const first = seen.paths.map((path) =>
    tf.slice(seen.get<tf.Tensor4D>(path), [0, 0, 0, 0], [1, HEADS, length, length]),
  );
  const both = [tf.mean(tf.cast(hits, "float32")), tf.concat(first, 0)];
  seen.dispose();
  return both;
}) as [tf.Tensor, tf.Tensor];
const accuracy = (await take(right))[0] ?? NaN;
console.log(
  `loss ${losses[0]?.toFixed(2)} to ${losses.at(-1)?.toFixed(3)}; ${(100 * accuracy).toFixed(1)} % of letters right`,
);

const values = await take(all);
const shape = [LAYERS, HEADS, length, length] as const;
const places = Array.from({ length }, (_, i) => String(i));
savePicture("07-model", modelView({ shape, values, title: `${LAYERS} layers of ${HEADS} heads` }));
savePicture("07-maps", heatMapGrid({ shape, values, rowName: "layer", columnName: "head" }));
const last = values.subarray((LAYERS - 1) * HEADS * length * length);
savePicture("07-heads", headView({ shape: [HEADS, length, length], values: last, queries: places, keys: places }));
model.params.dispose();
