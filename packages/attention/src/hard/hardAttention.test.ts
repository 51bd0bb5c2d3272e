import { RandomStream } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { gumbelSoftmax, hardAttention, reinforceLoss } from "./hardAttention.ts";

// Three keys, and what each is worth. The expected reward J = Σ p r has the exact gradient p (r - J).
const SCORES = [0.3, -0.8, 0.5];
const WORTH = [1, -0.5, 2];
const DRAWS = 20_000;

const exponentials = SCORES.map(Math.exp);
const total = exponentials.reduce((a, b) => a + b, 0);
const chances = exponentials.map((e) => e / total);
const expected = chances.reduce((sum, p, i) => sum + p * (WORTH[i] ?? 0), 0);
const exact = chances.map((p, i) => p * ((WORTH[i] ?? 0) - expected));

// A draw's gradient has a deviation of at most 2 in each place, so the mean of 20,000 has 0.014; three of those.
const TOLERANCE = { atol: 0.045, rtol: 0 };

/** The estimate of the gradient of J that REINFORCE makes of `draws` draws. */
function estimate(baseline: number, draws: number, seed: number): tf.Tensor {
  return tf.tidy(() => {
    const values = tf.tile(tf.tensor3d(WORTH, [1, 3, 1]), [draws, 1, 1]) as tf.Tensor3D;
    const loss = (scores: tf.Tensor) => {
      const all = tf.tile(tf.reshape(scores, [1, 1, 3]), [draws, 1, 1]) as tf.Tensor3D;
      const { output, logProbability } = hardAttention(all, values, { random: new RandomStream(seed) });
      return reinforceLoss(logProbability, tf.squeeze(output, [-1]), baseline);
    };
    return tf.neg(tf.grad(loss)(tf.tensor1d(SCORES)));
  });
}

describeBackends("hard attention", () => {
  test("keys are drawn with the chances of the softmax, and their value comes out", async () => {
    const [counts, log, agrees] = tf.tidy(() => {
      const scores = tf.tile(tf.tensor3d(SCORES, [1, 1, 3]), [DRAWS, 1, 1]) as tf.Tensor3D;
      const values = tf.tile(tf.tensor3d(WORTH, [1, 3, 1]), [DRAWS, 1, 1]) as tf.Tensor3D;
      const { output, choice, logProbability } = hardAttention(scores, values, { random: new RandomStream(5) });
      const worth = tf.sum(tf.mul(choice, tf.tensor(WORTH)), -1);
      const chance = tf.sum(tf.mul(choice, tf.tensor(chances)), -1);
      return [
        tf.mean(choice, [0, 1]),
        tf.max(tf.abs(tf.sub(logProbability, tf.log(chance)))),
        tf.max(tf.abs(tf.sub(worth, tf.squeeze(output, [-1])))),
      ];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    await expectClose(counts, chances, { atol: 0.011, rtol: 0 }); // three deviations of 20,000 draws
    await expectClose(log, 0);
    await expectClose(agrees, 0);
    tf.dispose([counts, log, agrees]);
  });

  test.each([0, expected])("REINFORCE is the exact gradient in expectation, baseline %f", async (baseline) => {
    const gradient = estimate(baseline, DRAWS, 7);
    await expectClose(gradient, exact, TOLERANCE);
    gradient.dispose();
  });

  test("a good baseline makes the estimate vary less, and the loss teaches the baseline", async () => {
    const spread = async (baseline: number) => {
      let sum = 0;
      for (let seed = 0; seed < 8; seed++) {
        const gradient = estimate(baseline, 50, seed);
        for (const [i, value] of (await gradient.data()).entries()) sum += (value - (exact[i] ?? 0)) ** 2;
        gradient.dispose();
      }
      return sum;
    };
    expect(await spread(expected)).toBeLessThan(await spread(-3));
    const slope = tf.tidy(() =>
      tf.grad((b: tf.Tensor) => reinforceLoss(tf.tensor1d([-1, -2]), tf.tensor1d([1, 3]), b))(tf.scalar(0.5)),
    );
    await expectClose(slope, -3); // 2 (0.5 - mean reward)
    slope.dispose();
  });

  test("straight-through Gumbel-softmax: one key forward, near the exact gradient at a low temperature", async () => {
    const [rows, counts, gradient] = tf.tidy(() => {
      const draw = (scores: tf.Tensor) =>
        gumbelSoftmax(tf.tile(tf.reshape(scores, [1, 3]), [DRAWS, 1]), {
          ...{ temperature: 0.2, straightThrough: true, random: new RandomStream(3) },
        });
      const choice = draw(tf.tensor1d(SCORES));
      const reward = (scores: tf.Tensor) => tf.mean(tf.sum(tf.mul(draw(scores), tf.tensor1d(WORTH)), -1));
      return [tf.max(tf.mul(choice, tf.sub(1, choice))), tf.mean(choice, 0), tf.grad(reward)(tf.tensor1d(SCORES))];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    await expectClose(rows, 0); // nothing between 0 and 1
    await expectClose(counts, chances, { atol: 0.011, rtol: 0 });
    await expectClose(gradient, exact, { atol: 0.06, rtol: 0 }); // its deviation, and its bias at 0.2
    tf.dispose([rows, counts, gradient]);
  });

  test("without chance the best visible key is taken; without a visible key, none", async () => {
    const scores = tf.tensor3d([1, 3, 2, 5, 4, 6], [2, 1, 3]);
    const values = tf.tensor3d([10, 20, 30, 40, 50, 60], [2, 3, 1]);
    const results = [undefined, [1, 0], [[3], [2]]].map((visible) => hardAttention(scores, values, { visible }));
    const outputs = await Promise.all(results.map(async ({ output }) => [...(await output.data())]));
    expect(outputs).toEqual([[20, 60], [10, 0], [20, 40]]); // prettier-ignore
    tf.dispose([scores, values, results] as unknown as tf.TensorContainer);
  });

  test("refuses what does not fit, and leaks nothing", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const zeros = (...shape: [number, number, number]) => tf.zeros<tf.Rank.R3>(shape);
        expect(() => hardAttention(zeros(1, 2, 3), zeros(1, 2, 3))).toThrow("got [1,2,3], [1,2,3]");
        expect(() => hardAttention(zeros(1, 2, 0), zeros(1, 0, 3))).toThrow("at least one key");
        expect(() => hardAttention(zeros(1, 2, 3), zeros(1, 3, 3), { visible: [4] })).toThrow("from 0 to 3, got 4");
        expect(() => reinforceLoss(tf.zeros([2]), tf.zeros([3]))).toThrow("got [3], []");
        expect(() => reinforceLoss(tf.zeros([2]), tf.zeros([2]), tf.zeros([1]))).toThrow("got [2], [1]");
        const random = new RandomStream(1);
        expect(() => gumbelSoftmax(zeros(1, 1, 1), { random, temperature: 0 })).toThrow("temperature above 0, got 0");
      }),
    ));
});
