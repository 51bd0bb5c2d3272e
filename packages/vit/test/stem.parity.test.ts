import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, golden } from "@qkv/testing";
import { ConvStem, type StemLayer } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const torch = golden(new URL("golden/stem.safetensors", import.meta.url));
const STEM: readonly StemLayer[] = [
  { channels: 5, stride: 2 },
  { channels: 7, stride: 1 },
  { channels: 2, stride: 2 },
];

describeBackends("ConvStem equals PyTorch's convolutions, and its gradients finite differences", () => {
  test.each([1, 2, 3])("%i layers", async (depth) => {
    const params = Params.from((name) => torch.tensor(name));
    const stem = new ConvStem(params, 3, STEM.slice(0, depth), 1e-3);
    const x = torch.tensor<tf.Rank.R4>("x");
    const output = stem.forward(x);
    await expectClose(output, torch.array(`output.${depth - 1}`));
    tf.dispose([x, output]);
    params.dispose();
  });

  test.each([1, 2] as const)("gradients with stride %i", async (stride) => {
    const params = Params.from((name) => torch.tensor(name));
    const stem = new ConvStem(params, 3, [{ channels: 5, stride }], 1e-3);
    const x = torch.tensor<tf.Rank.R4>("x");
    const small = tf.slice(x, [0, 0, 0, 0], [1, 3, 3, 4]);
    await checkGradients((input) => stem.forward(input), [small], { variables: params.named(), step: 2 ** -6 });
    tf.dispose([x, small]);
    params.dispose();
  });
});
