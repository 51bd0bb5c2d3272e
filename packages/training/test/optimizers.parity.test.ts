import { describeBackends, expectClose, golden } from "@qkv/testing";
import { AdamW, type AdamWOptions, clipFactor, clipGradients, globalNorm } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/optimizers.safetensors", import.meta.url));
const names = [...torch.under("start.").keys()];
const learningRates = torch.array("learningRates").data;

const variants: Readonly<Record<string, AdamWOptions>> = {
  adamw: {},
  adam: { decay: "l2", betas: [0.8, 0.98], eps: 1e-4, weightDecay: 0.3 },
  excluded: { weightDecayMask: new Set(["fc1.weight"]), betas: [0.9, 0.98], eps: 1e-9, weightDecay: 0.2 },
};

describeBackends("optimizers", () => {
  test.each(Object.keys(variants))("%s equals PyTorch's after every step", async (variant) => {
    const params = startingParams();
    let optimizer = new AdamW(params, { ...variants[variant], learningRate: 1 });
    for (const [step, factor] of learningRates.entries()) {
      const gradients = gradientsOf(step);
      const norm = variant === "excluded" ? await valueOf(globalNorm(gradients)) : 0;
      optimizer.step(gradients, { factor, gradientScale: variant === "excluded" ? clipFactor(norm, 2.5) : 1 });
      tf.dispose([...gradients.values()]);
      for (const name of names) {
        await expectClose(params.get(name) as tf.Variable, torch.array(`${variant}.${step}.${name}`), TOLERANCE);
      }
      if (step === 4)
        optimizer = await savedAndLoaded(optimizer, new AdamW(params, { ...variants[variant], learningRate: 1 }));
    }
    const state = await optimizer.state();
    for (const name of names) {
      for (const moment of ["first", "second"]) {
        const value = state.get(`${moment}.${name}`) ?? { shape: [], data: [] };
        await expectClose(value, torch.array(`${variant}.${moment}.${name}`), TOLERANCE);
      }
    }
    expect(state.get("steps.norm.weight")?.data).toEqual(Float32Array.of(6)); // it had no gradient once
    tf.dispose([...params.values()]);
    optimizer.dispose();
  });

  test("clipping equals PyTorch's, and gives the norm from before", async () => {
    for (const step of learningRates.keys()) {
      const before = gradientsOf(step);
      const { gradients, norm } = clipGradients(before, 2.5);
      await expectClose(await norm.data<"float32">(), torch.array(`norm.${step}`), TOLERANCE);
      for (const [name, gradient] of gradients) {
        await expectClose(gradient, torch.array(`clipped.${step}.${name}`), TOLERANCE);
      }
      tf.dispose([norm, ...before.values(), ...gradients.values()]);
    }
  });
});

// Gradients of 1e-3 to 1e3 in one run: ten times the worst error seen on cpu and wasm.
const TOLERANCE = { atol: 2e-6, rtol: 2e-6 };

function startingParams(): Map<string, tf.Variable> {
  return new Map(names.map((name) => [name, tf.tidy(() => tf.variable(torch.tensor(`start.${name}`)))] as const));
}

function gradientsOf(step: number): Map<string, tf.Tensor> {
  const prefix = `gradient.${step}.`;
  return new Map([...torch.under(prefix).keys()].map((name) => [name, torch.tensor(prefix + name)]));
}

async function savedAndLoaded(from: AdamW, to: AdamW): Promise<AdamW> {
  to.load(await from.state());
  from.dispose();
  return to;
}

async function valueOf(scalar: tf.Scalar): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value ?? NaN;
}
