import { describeBackends, expectClose, golden } from "@qkv/testing";
import { Adafactor, AdamW, Lion, Muon, type NamedVariables, type Optimizer } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/hundredSteps.safetensors", import.meta.url));
const learningRates = torch.array("learningRates").data;
const RANKS = ["vector", "matrix", "cube"];
const COMPARED = [1, 2, 10, 50, 100];
const RESUMED = 37;

interface Case {
  readonly make: (params: NamedVariables) => Optimizer;
  readonly names?: readonly string[];
  readonly tolerance: number;
}

// What float32 rounds in a hundred steps of numbers around 1; Muon's polynomial multiplies it.
const CASES: Readonly<Record<string, Case>> = {
  adamW: { make: (params) => new AdamW(params, { learningRate: 1 }), tolerance: 1e-5 },
  muon: { make: (params) => new Muon(params, { learningRate: 1 }), names: ["matrix"], tolerance: 2e-4 },
  lion: { make: (params) => new Lion(params, { learningRate: 1, weightDecay: 0.3 }), tolerance: 1e-5 },
  adafactor: { make: (params) => new Adafactor(params, { learningRate: 1 }), tolerance: 1e-5 },
  adafactorChanged: {
    make: (params) =>
      new Adafactor(params, {
        learningRate: 1,
        beta2Decay: -0.6,
        eps: [1e-3, 0.1],
        clipThreshold: 1.5,
        weightDecay: 0.2,
      }),
    tolerance: 1e-5,
  },
};

describeBackends("a hundred steps", () => {
  test.each(Object.entries(CASES))("of %s equal PyTorch's, saved and loaded on the way", async (kind, options) => {
    const { make, names = RANKS, tolerance } = options;
    const before = tf.memory().numTensors;
    const params = new Map(
      names.map((name) => [name, tf.tidy(() => tf.variable(torch.tensor(`start.${name}`)))] as const),
    );
    let optimizer = make(params);
    for (const [index, factor] of learningRates.entries()) {
      const step = index + 1;
      const gradients = new Map(names.map((name) => [name, gradientOf(name, index)]));
      optimizer.step(gradients, { factor, gradientScale: 0.5 });
      tf.dispose([...gradients.values()]);
      if (step === RESUMED) {
        const next = make(params);
        next.load(await optimizer.state());
        optimizer.dispose();
        optimizer = next;
      }
      if (!COMPARED.includes(step)) continue;
      for (const name of names) {
        const expected = torch.array(`${kind}.${step}.${name}`);
        await expectClose(params.get(name) as tf.Variable, expected, { atol: tolerance, rtol: tolerance });
      }
    }
    optimizer.dispose();
    tf.dispose([...params.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Twice the gradient of a step: clipping halves it again. */
function gradientOf(name: string, step: number): tf.Tensor {
  return tf.tidy(() => tf.mul(tf.gather(torch.tensor(`gradients.${name}`), step), 2));
}
