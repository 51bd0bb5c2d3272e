import { keyMask } from "@qkv/attention";
import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, golden } from "@qkv/testing";
import { DecoderLayer, EncoderLayer, type NormOrder, type TransformerLayerConfig } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const torch = golden(new URL("golden/layers.safetensors", import.meta.url));

const config = (normOrder: NormOrder, numHeads: number): TransformerLayerConfig => ({
  ...{ dModel: 10, numHeads, ffnDim: 7, normOrder, layerNormEps: 1e-5 },
  ...{ dropout: 0, attentionDropout: 0, activationDropout: 0 },
  activation: "gelu",
});

const paramsOf = (prefix: string) => Params.from((name) => torch.tensor(`${prefix}.${name}`));

describeBackends("layers equal PyTorch's, and their gradients finite differences", () => {
  test.each(["pre", "post"] as const)("EncoderLayer, %s-norm", async (order) => {
    const params = paramsOf(`${order}.encoder`);
    const layer = new EncoderLayer(params, config(order, 5));
    const [x, keep] = [torch.tensor<tf.Rank.R3>("memory"), torch.tensor<tf.Rank.R2>("keep")];
    const mask = keyMask(keep);
    const { output } = layer.forward(x, { mask });
    await expectClose(output, torch.array(`${order}.encoder.output`));

    const short = tf.slice(x, [0, 0, 0], [1, 2, 10]);
    await checkGradients((input) => layer.forward(input).output, [short], { variables: params.named() });
    tf.dispose([x, keep, mask, output, short]);
    params.dispose();
  });

  test.each(["pre", "post"] as const)("DecoderLayer, %s-norm", async (order) => {
    const params = paramsOf(`${order}.decoder`);
    const layer = new DecoderLayer(params, config(order, 2));
    const [x, memory] = [torch.tensor<tf.Rank.R3>("x"), torch.tensor<tf.Rank.R3>("memory")];
    const keep = torch.tensor<tf.Rank.R2>("keep");
    const memoryMask = keyMask(keep);
    const keyValue = layer.crossAttn.project(memory);
    const { output, past } = layer.forward(x, keyValue, undefined, { memoryMask });
    await expectClose(output, torch.array(`${order}.decoder.output`));

    const [short, seen] = [tf.slice(x, [0, 0, 0], [1, 2, 10]), tf.slice(memory, [0, 0, 0], [1, 2, 10])];
    await checkGradients(
      (input, context) => layer.forward(input, layer.crossAttn.project(context)).output,
      [short, seen],
      { variables: params.named() },
    );
    tf.dispose([x, memory, keep, memoryMask, output, short, seen]);
    tf.dispose([keyValue, past] as unknown as tf.TensorContainer);
    params.dispose();
  });
});
