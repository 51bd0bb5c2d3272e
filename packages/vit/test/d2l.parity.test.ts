import { Params } from "@qkv/nn";
import { describeBackends, expectClose, golden } from "@qkv/testing";
import { d2lVitConfig, VitClassifier } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/d2l.safetensors", import.meta.url));
const SIZES = { imageSize: 15, patchSize: 5, dModel: 14, ffnDim: 11, numHeads: 7 };

describeBackends("the Vision Transformer of Dive into Deep Learning", () => {
  test("gives PyTorch's logits", async () => {
    const names: string[] = [];
    using model = new VitClassifier(
      Params.from((name) => {
        names.push(`weights/${name}`);
        return torch.tensor(`weights/${name}`);
      }),
      d2lVitConfig(SIZES),
    );
    expect(names.sort()).toEqual(torch.names.filter((name) => name.startsWith("weights/")).sort());
    const pixels = torch.tensor<tf.Rank.R4>("pixels");
    const { logits } = model.forward(pixels);
    await expectClose(logits, torch.array("logits"));
    tf.dispose([pixels, logits]);
  });
});

test("has as many parameters as the book's", () => {
  let count = 0;
  const params = Params.from((_name, shape) => {
    count += tf.util.sizeFromShape(shape);
    return tf.zeros(shape);
  });
  new VitClassifier(params, d2lVitConfig());
  params.dispose();
  expect(count).toBe(torch.array("parameters").data[0]);
});
