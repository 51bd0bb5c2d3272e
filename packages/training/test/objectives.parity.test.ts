import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { contrastiveLoss, ctcLoss, distillationLoss, dpoLoss, sequenceLogProbs, softCrossEntropy } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const reference = golden(new URL("golden/objectives.safetensors", import.meta.url));

const CTC_ROWS = [
  { steps: 9, labels: [1, 2, 2, 4] },
  { steps: 7, labels: [3] },
  { steps: 8, labels: [] },
  { steps: 4, labels: [1, 1, 1, 2] },
  { steps: 5, labels: [4, 4, 1] },
];
const FITTING = CTC_ROWS.filter(({ steps }) => steps !== 4);
const lengthsOf = (rows: typeof CTC_ROWS) => rows.map(({ steps }) => steps);
const labelsOf = (rows: typeof CTC_ROWS, blank: number) =>
  rows.map(({ labels }) => labels.map((label) => (label + blank) % 5));

interface Case {
  /** Names of the golden's inputs, in the order of `loss`. */
  readonly inputs: readonly string[];
  readonly loss: (...inputs: tf.Tensor[]) => tf.Tensor;
}
type Inputs = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

const PREFERENCES = ["policy.chosen", "policy.rejected", "reference.chosen", "reference.rejected"];
const dpo =
  (options: { beta: number; labelSmoothing: number }) =>
  (...inputs: tf.Tensor[]) => {
    const [chosen, rejected, referenceChosen, referenceRejected] = inputs as unknown as Inputs;
    return dpoLoss({ chosen, rejected }, { chosen: referenceChosen, rejected: referenceRejected }, options);
  };
const contrastive =
  (options: { symmetric?: boolean } = {}) =>
  (...inputs: tf.Tensor[]) => {
    const [anchors, positives, negatives] = inputs as unknown as Inputs;
    return contrastiveLoss(anchors, positives, { ...options, ...(negatives && { negatives }) });
  };

const CASES: Readonly<Record<string, Case>> = {
  ctc: {
    inputs: ["logits"],
    loss: (logits) =>
      ctcLoss(logits as tf.Tensor, labelsOf(CTC_ROWS, 0), { lengths: lengthsOf(CTC_ROWS), zeroInfinity: true }),
  },
  ctcBlank: {
    inputs: ["logits"],
    loss: (logits) => ctcLoss(logits as tf.Tensor, labelsOf(FITTING, 4), { lengths: lengthsOf(FITTING), blank: 4 }),
  },
  contrastive: { inputs: ["anchors", "positives"], loss: contrastive() },
  contrastiveNegatives: { inputs: ["anchors", "positives", "negatives"], loss: contrastive() },
  contrastiveSymmetric: { inputs: ["anchors", "positives"], loss: contrastive({ symmetric: true }) },
  dpo: { inputs: PREFERENCES, loss: dpo({ beta: 0.1, labelSmoothing: 0 }) },
  dpoSmoothed: { inputs: PREFERENCES, loss: dpo({ beta: 0.7, labelSmoothing: 0.2 }) },
  sequence: {
    inputs: ["logits"],
    loss: (logits) =>
      sequenceLogProbs(
        logits as tf.Tensor,
        tf.tensor2d([1, 4, -100, -100, 0, 2], [2, 3], "int32"), // what the golden's script has
      ),
  },
  soft: {
    inputs: ["logits", "targets"],
    loss: (logits, targets) => softCrossEntropy(logits as tf.Tensor, targets as tf.Tensor),
  },
  distillation: {
    inputs: ["student", "teacher"],
    loss: (student, teacher) => distillationLoss(student as tf.Tensor, teacher as tf.Tensor, { temperature: 2.5 }),
  },
};
const TOLERANCE = { atol: 2e-5, rtol: 2e-5 };

describeBackends("objectives", () => {
  test.each(Object.entries(CASES))("%s has Python's losses and gradients", async (name, { inputs, loss }) => {
    await expectNoLeaks(async () => {
      const own = inputs.map((input) => reference.tensor(`${name}.${input}`));
      const value = tf.tidy(() => tf.reshape(loss(...own), [-1]));
      await expectClose(value, reference.array(`${name}.loss`), TOLERANCE);
      // each row has a factor of its own
      const weighted = (...at: tf.Tensor[]) => {
        const losses = tf.reshape(loss(...at), [-1]);
        return tf.sum(tf.mul(losses, tf.div(tf.range(2, losses.size + 2), 2))) as tf.Scalar;
      };
      const gradients = tf.grads(weighted)(own);
      for (const [i, input] of inputs.entries()) {
        if (!reference.names.includes(`${name}.${input}.gradient`)) continue;
        await expectClose(gradients[i] as tf.Tensor, reference.array(`${name}.${input}.gradient`), TOLERANCE);
      }
      tf.dispose([value, ...own, ...gradients]);
    });
  });
});

describeBackends(
  "CTC",
  () => {
    test("has the gradient that finite differences have", async () => {
      const logits = tf.randomNormal<tf.Rank.R3>([2, 5, 4], 0, 1, "float32", 3);
      await checkGradients((x) => ctcLoss(x, [[1, 1], [3]], { lengths: [5, 3] }), [logits]);
      logits.dispose();
    });

    test("costs Infinity where labels do not fit into their steps, or nothing if asked to", async () => {
      const logits = tf.zeros([2, 3, 4]);
      const labels = [[1, 1, 1], []];
      const losses = ctcLoss(logits, labels, { lengths: [3, 0] });
      expect([...(await losses.data())]).toEqual([Infinity, 0]);
      const zeroed = ctcLoss(logits, labels, { lengths: [3, 0], zeroInfinity: true });
      expect([...(await zeroed.data())]).toEqual([0, 0]);
      tf.dispose([logits, losses, zeroed]);
    });

    test("keeps its digits over hundreds of steps", async () => {
      const logits = tf.zeros([1, 200, 3]);
      const losses = ctcLoss(logits, [[1]]);
      // of 3^200 ways, those with one run of the label: 200 * 201 / 2
      await expectClose(await losses.data<"float32">(), [200 * Math.log(3) - Math.log(20_100)], {
        atol: 0,
        rtol: 2e-5,
      });
      tf.dispose([logits, losses]);
    });
  },
  ["cpu", "wasm"],
);
