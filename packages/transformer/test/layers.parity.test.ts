import { keyMask, type MultiHeadAttention } from "@qkv/attention";
import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, golden } from "@qkv/testing";
import { Block, type BlockSpec } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const torch = golden(new URL("golden/layers.safetensors", import.meta.url));

const spec = (placement: "pre" | "post", numHeads: number, isDecoder: boolean): BlockSpec => ({
  dModel: 10,
  norm: { kind: "layerNorm", eps: 1e-5, placement },
  selfAttn: { numHeads, causal: isDecoder },
  ...(isDecoder && { crossAttn: { numHeads } }),
  ffn: { kind: "mlp", dim: 7, activation: "gelu" },
});

const paramsOf = (prefix: string) => Params.from((name) => torch.tensor(`${prefix}.${name}`));

describeBackends("layers equal PyTorch's, and their gradients finite differences", () => {
  test.each(["pre", "post"] as const)("an encoder layer, %s-norm", async (order) => {
    const params = paramsOf(`${order}.encoder`);
    const layer = new Block(params, spec(order, 5, false));
    const [x, attentionMask] = [torch.tensor<tf.Rank.R3>("memory"), torch.tensor<tf.Rank.R2>("keep")];
    const mask = keyMask(attentionMask);
    const output = layer.forward(x, { mask });
    await expectClose(output, torch.array(`${order}.encoder.output`));

    const short = tf.slice(x, [0, 0, 0], [1, 2, 10]);
    await checkGradients((input) => layer.forward(input), [short], { variables: params.named() });
    tf.dispose([x, attentionMask, mask, output, short]);
    params.dispose();
  });

  test.each(["pre", "post"] as const)("a decoder layer, %s-norm", async (order) => {
    const params = paramsOf(`${order}.decoder`);
    const layer = new Block(params, spec(order, 2, true));
    const [x, memory] = [torch.tensor<tf.Rank.R3>("x"), torch.tensor<tf.Rank.R3>("memory")];
    const attentionMask = torch.tensor<tf.Rank.R2>("keep");
    const memoryMask = keyMask(attentionMask);
    const crossAttn = layer.crossAttn as MultiHeadAttention;
    const keyValue = crossAttn.project(memory);
    const output = layer.forward(x, { memory: keyValue, memoryMask });
    await expectClose(output, torch.array(`${order}.decoder.output`));

    const [short, seen] = [tf.slice(x, [0, 0, 0], [1, 2, 10]), tf.slice(memory, [0, 0, 0], [1, 2, 10])];
    await checkGradients(
      (input, context) => layer.forward(input, { memory: crossAttn.project(context) }),
      [short, seen],
      { variables: params.named() },
    );
    tf.dispose([x, memory, attentionMask, memoryMask, output, short, seen]);
    tf.dispose(keyValue as unknown as tf.TensorContainer);
    params.dispose();
  });
});
