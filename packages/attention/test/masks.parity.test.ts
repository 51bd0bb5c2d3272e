import {
  DotProductAttention,
  maskedSoftmax,
  shiftedWindowMask,
  type ValidLengths,
  WindowPositionBias,
  windowPositionIndex,
} from "@qkv/attention";
import { Params } from "@qkv/nn";
import { describeBackends, expectClose, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/attention.safetensors", import.meta.url));
const lengths = (name: string) => torch.ids(name)[0] ?? [];

describeBackends("masks equal Dive into Deep Learning's and transformers'", () => {
  test.each<[string, ValidLengths | undefined]>([
    ["none", undefined],
    ["weights1", lengths("masks.lens1")],
    ["weights2", torch.ids("masks.lens2")],
  ])("maskedSoftmax, %s, a hidden row uniform", async (name, lens) => {
    const scores = torch.tensor<tf.Rank.R3>("masks.scores");
    const weights = maskedSoftmax(scores, lens, { emptyRows: "uniform" });
    await expectClose(weights, torch.array(`masks.${name}`));
    tf.dispose([scores, weights]);
  });

  test.each([
    ["plain", false, false],
    ["lens", true, false],
    ["masked", false, true],
    ["both", true, true],
  ] as const)("DotProductAttention, %s, fused and looked into", async (name, withLens, withMask) => {
    const [queries, keys, values, mask] = ["queries", "keys", "values", "mask"].map((part) =>
      torch.tensor<tf.Rank.R3>(`windows.${part}`),
    ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const validLens = withLens ? lengths("windows.lens") : undefined;
    for (const keepWeights of [false, true]) {
      const attention = new DotProductAttention(0.5, 2, { keepWeights });
      const output = attention.forward(queries, keys, values, validLens, withMask ? mask : undefined);
      await expectClose(output, torch.array(`windows.${name}.output`));
      if (keepWeights) {
        await expectClose(attention.attentionWeights as tf.Tensor, torch.array(`windows.${name}.weights`));
      } else expect(attention.attentionWeights).toBeUndefined();
      attention.dispose();
      output.dispose();
    }
    tf.dispose([queries, keys, values, mask]);
  });

  test("shiftedWindowMask", async () => {
    for (const [name, grid] of [
      ["mask", { height: 4, width: 4, window: 2, shift: 1 }],
      ["mask9x6", { height: 9, width: 6, window: 3, shift: 2 }],
    ] as const) {
      const mask = shiftedWindowMask(grid);
      await expectClose(mask, torch.array(`windows.${name}`));
      mask.dispose();
    }
  });

  test("WindowPositionBias", async () => {
    expect([...windowPositionIndex(3)]).toEqual(torch.ids("windows.index").flat());
    const params = Params.from(() => torch.tensor("windows.table"));
    const bias = new WindowPositionBias(params, 3, 3).forward();
    await expectClose(bias, torch.array("windows.bias"));
    bias.dispose();
    params.dispose();
  });
});
