// Soft attention looks everywhere a little. Hard attention looks at one place, drawn by chance, and such a choice has no
// gradient: it is rewarded when it was good. First a memory in which one key is right; then images of which one glimpse is
// all that the classifier gets to see.
import { BilinearScore, hardAttention, reinforceLoss } from "@qkv/attention";
import { crossEntropy } from "@qkv/ops";
import { Linear, Params, RandomStream } from "@qkv/nn";
import { heatMap, lineChart } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { readImages } from "./fashion.ts";
import { fit, preset, savePicture, take } from "./tour.ts";

const size = preset({
  full: { memorySteps: 900, imageSteps: 1500, batch: 128, images: 20_000 },
  tiny: { memorySteps: 3, imageSteps: 3, batch: 8, images: 40 },
});

// A query is its key in another language: a rotation that the score has to find out.
const [KEYS, WIDTH] = [8, 8];
const language = tf.tidy(() => tf.randomNormal<tf.Rank.R2>([WIDTH, WIDTH], 0, 1, "float32", 4));

/** Keys, a query for one of them, and values that are 1 at that one. */
function memories(batch: number, random: RandomStream): { keys: tf.Tensor3D; query: tf.Tensor3D; values: tf.Tensor3D } {
  const arrows = tf.randomNormal<tf.Rank.R3>([batch, KEYS, WIDTH], 0, 1, "float32", random.next());
  const keys = tf.div<tf.Tensor3D>(arrows, tf.norm(arrows, 2, 2, true)); // of length 1: each fits itself best
  const wanted = Int32Array.from({ length: batch }, () => Math.floor(random.uniform() * KEYS));
  const isWanted = tf.equal(tf.range(0, KEYS, 1, "int32"), tf.tensor2d(wanted, [batch, 1], "int32"));
  const values = tf.expandDims<tf.Tensor3D>(tf.where(isWanted, 1, 0), 2); // [B, K, 1]
  const marked = tf.mul(keys, values);
  const query = tf.reshape<tf.Rank.R3>(tf.matMul(tf.sum<tf.Tensor2D>(marked, 1), language), [batch, 1, WIDTH]);
  return { keys, query, values };
}

const params = Params.initialized(1);
const score = new BilinearScore(params.at("score"), { queryDim: WIDTH, keyDim: WIDTH });
const baseline = params.bias<tf.Rank.R0>("baseline", []);
const rewards: [number, number][] = [];
const found = async (): Promise<number> => {
  const share = tf.tidy(() => {
    const { keys, query, values } = memories(500, new RandomStream(1234));
    return tf.mean(hardAttention(score.scores(query, keys) as tf.Tensor3D, values).output);
  });
  return (await take(share))[0] ?? NaN;
};
rewards.push([0, await found()]);
for (let part = 1; part <= 3; part++) {
  await fit(
    params,
    (random) => {
      const { keys, query, values } = memories(size.batch, random);
      const scores = score.scores(query, keys) as tf.Tensor3D;
      const { output, logProbability } = hardAttention(scores, values, { random });
      return reinforceLoss(logProbability, tf.squeeze(output, [-1]), baseline);
    },
    { steps: Math.ceil(size.memorySteps / 3), learningRate: 0.02 },
  );
  rewards.push([part * Math.ceil(size.memorySteps / 3), await found()]);
}
console.log(
  `memory: the right key is found ${rewards.map(([, share]) => `${(100 * share).toFixed(1)} %`).join(", then ")}`,
);
savePicture("09-memory", lineChart({ series: [{ name: "found", points: rewards }], xName: "steps", yName: "share" }));
params.dispose();
language.dispose();

// An image as 4 x 4 patches of 7 x 7; what the choice is made from is the image at a quarter of its sharpness.
const { train, test, name, classes } = readImages(size.images);
/** [B, 28, 28] as patches [B, 16, 49], and blurred to [B, 49]. */
function views(images: tf.Tensor3D): { patches: tf.Tensor3D; blurred: tf.Tensor2D } {
  const batch = images.shape[0];
  const cut = tf.transpose(tf.reshape(images, [batch * 4, 7, 4, 7]), [0, 2, 1, 3]);
  const blurred = tf.mean(tf.reshape(images, [batch * 7, 4, 7, 4]), [1, 3]);
  return { patches: tf.reshape(cut, [batch, 16, 49]), blurred: tf.reshape(blurred, [batch, 49]) };
}

/** Chooses a glimpse, or takes any, and tells from what it sees there. */
class Glimpser {
  readonly params = Params.initialized(2);
  readonly look1 = new Linear(this.params.at("look1"), 49, 64);
  readonly look2 = new Linear(this.params.at("look2"), 64, 16);
  readonly tell1 = new Linear(this.params.at("tell1"), 49 + 16, 64);
  readonly tell2 = new Linear(this.params.at("tell2"), 64, classes);
  readonly expected = new Linear(this.params.at("expected"), 49, 1);
  readonly chooses: boolean;

  constructor(chooses: boolean) {
    this.chooses = chooses;
  }

  forward(images: tf.Tensor3D, random: RandomStream | undefined) {
    const { patches, blurred } = views(images);
    const liked = tf.expandDims<tf.Tensor3D>(this.look2.forward(this.look1.forward(blurred, "relu")), 1);
    const scores = this.chooses ? liked : tf.zerosLike(liked);
    const { output, choice, logProbability } = hardAttention(scores, patches, { random });
    const seen = tf.squeeze<tf.Tensor2D>(tf.concat([output, choice], 2), [1]); // what, and where
    const logits = this.tell2.forward(this.tell1.forward(seen, "relu"));
    return { logits, choice, logProbability: tf.squeeze<tf.Tensor1D>(logProbability, [1]), blurred };
  }

  loss(images: tf.Tensor3D, labels: tf.Tensor1D, random: RandomStream): tf.Scalar {
    const { logits, logProbability, blurred } = this.forward(images, random);
    const costs = crossEntropy(logits, labels);
    const expected = tf.squeeze(this.expected.forward(blurred), [1]);
    return tf.add(tf.mean(costs), reinforceLoss(logProbability, tf.neg(costs), expected));
  }
}

const batchOf = (set: typeof train, at: number, count: number) => {
  const start = (at * count) % Math.max(1, set.labels.length - count + 1);
  return {
    images: tf.tensor3d(set.pixels.subarray(start * 784, (start + count) * 784), [count, 28, 28]),
    labels: tf.tensor1d(set.labels.subarray(start, start + count), "int32"),
  };
};
const count = Math.min(2000, test.labels.length);
for (const chooses of [true, false]) {
  const model = new Glimpser(chooses);
  const loss = (random: RandomStream, step: number) => {
    const { images, labels } = batchOf(train, step, size.batch);
    return model.loss(images, labels, random);
  };
  await fit(model.params, loss, { steps: size.imageSteps, learningRate: 3e-3 });
  const [share, choices] = tf.tidy(() => {
    const { images, labels } = batchOf(test, 0, count);
    const { logits, choice } = model.forward(images, chooses ? undefined : new RandomStream(5));
    return [tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32")), tf.mean(choice, [0, 1])];
  }) as [tf.Tensor, tf.Tensor];
  const accuracy = (await take(share))[0] ?? NaN;
  console.log(
    `${name}: ${(100 * accuracy).toFixed(1)} % right from a glimpse that is ${chooses ? "chosen" : "random"}`,
  );
  const values = await take(choices);
  const sides = ["0", "1", "2", "3"];
  if (chooses) savePicture("09-glimpses", heatMap({ rows: sides, columns: sides, values, title: "where it looks" }));
  model.params.dispose();
}
