import { describeBackends, expectClose, golden } from "@qkv/testing";
import { AdamW, Muon, combineOptimizers } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/muon.safetensors", import.meta.url));
const names = [...torch.under("start.").keys()];
const learningRates = torch.array("learningRates").data;
const OPTIONS = { learningRate: 1, weightDecay: 0.2, momentum: 0.9 };

// Five rounds of a fifth-degree polynomial multiply what float32 rounds: ten times the worst error seen on cpu and wasm.
const TOLERANCE = { atol: 2e-4, rtol: 2e-4 };

function startingParams(): Map<string, tf.Variable> {
  return new Map(names.map((name) => [name, tf.tidy(() => tf.variable(torch.tensor(`start.${name}`)))] as const));
}

describeBackends("Muon", () => {
  test("equals PyTorch's after every step, saved and loaded on the way", async () => {
    const params = startingParams();
    let optimizer = new Muon(params, OPTIONS);
    for (const [step, factor] of learningRates.entries()) {
      const gradients = new Map(names.map((name) => [name, torch.tensor(`gradient.${step}.${name}`)]));
      optimizer.step(gradients, { factor });
      tf.dispose([...gradients.values()]);
      for (const name of names) {
        await expectClose(params.get(name) as tf.Variable, torch.array(`${step}.${name}`), TOLERANCE);
      }
      if (step === 1) {
        const next = new Muon(params, OPTIONS);
        next.load(await optimizer.state());
        optimizer.dispose();
        optimizer = next;
      }
    }
    optimizer.dispose();
    tf.dispose([...params.values()]);
  });

  test("takes a convolution's weight for a matrix, and the gradient's scale before all else", async () => {
    const [flat, folded] = [
      [3, 8],
      [3, 2, 2, 2],
    ].map((shape) => tf.tidy(() => tf.variable(tf.ones(shape))));
    const gradient = tf.randomNormal([3, 8], 0, 1, "float32", 1);
    for (const param of [flat, folded] as tf.Variable[]) {
      using optimizer = new Muon(new Map([["w", param]]), OPTIONS);
      const own = tf.reshape(gradient, param.shape);
      optimizer.step(new Map([["w", own]]), { gradientScale: param === flat ? 1 : 1e-3 }); // direction alone counts
      own.dispose();
    }
    await expectClose(await (folded as tf.Variable).data(), await (flat as tf.Variable).data(), TOLERANCE);
    tf.dispose([flat, folded, gradient] as tf.Tensor[]);
  });

  test("shares a model with AdamW, each with parameters and a state of its own", async () => {
    const matrix = new Map([["w", tf.tidy(() => tf.variable(tf.ones([2, 3])))]]);
    const vector = new Map([["b", tf.tidy(() => tf.variable(tf.ones([3])))]]);
    const make = () =>
      combineOptimizers([
        { params: matrix, optimizer: new Muon(matrix) },
        { params: vector, optimizer: new AdamW(vector) },
      ]);
    using optimizer = make();
    const gradients = new Map<string, tf.Tensor>([
      ["b", tf.ones([3])],
      ["w", tf.ones([2, 3])],
    ]);
    optimizer.step(gradients);
    const state = await optimizer.state();
    expect([...state.keys()].sort()).toEqual(["0.momentum.w", "1.first.b", "1.second.b", "1.steps.b"]);
    using again = make();
    again.load(state);
    expect(await again.state()).toEqual(state);
    expect(() => tf.tidy(() => optimizer.step(new Map([["c", tf.scalar(0)]])))).toThrow("got one of c");
    tf.dispose([...gradients.values(), ...matrix.values(), ...vector.values()]);
  });

  test("refuses vectors", () => {
    const bias = tf.tidy(() => tf.variable(tf.zeros([3])));
    expect(() => new Muon(new Map([["bias", bias]]))).toThrow("Muon: expected matrices, got bias [3]");
    bias.dispose();
  });
});
