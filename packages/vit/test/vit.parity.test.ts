import { Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { patchGrid } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { VIT_GOLDENS, vitGolden } from "./vitGolden.ts";

/** Our fields -> Hugging Face's names. */
const FIELDS = {
  logits: "logits",
  classLogits: "cls_logits",
  distillationLogits: "distillation_logits",
  lastHiddenState: "last_hidden_state",
  poolerOutput: "pooler_output",
} as const;

describeBackends("ViT, DeiT, DINOv2 and DINOv3 equal Hugging Face's", () => {
  describe.each(VIT_GOLDENS)("%s", (name) => {
    const golden = vitGolden(name);
    const images = Array.from({ length: golden.images }, (_, i) => i);

    test.each(images)("image %i: patches, and each layer from the golden output of the one before", (image) =>
      withScope(async () => {
        using model = golden.model();
        const pixels = golden.tensor(image, "pixel_values") as tf.Tensor4D;
        const { embeddings, layers } = model.backbone;
        await expectClose(embeddings.patches.forward(pixels), golden.expected(image, "patch_embeddings"));
        await expectClose(embeddings.forward(pixels), golden.expected(image, "hidden_states.0"));
        const { config } = model;
        const [, , height = 0, width = 0] = pixels.shape;
        const grid = config.ropeTheta === undefined ? {} : { span: patchGrid(config, [height, width])[1] };
        for (const [i, layer] of layers.entries()) {
          const before = golden.tensor(image, `hidden_states.${i}`) as tf.Tensor3D;
          await expectClose(layer.forward(before, grid), golden.expected(image, `hidden_states.${i + 1}`));
        }
      }),
    );

    test.each(images)("image %i: every hidden state, every attention and the answer of one pass", (image) =>
      withScope(async () => {
        using model = golden.model();
        const pixels = golden.tensor(image, "pixel_values") as tf.Tensor4D;
        const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
        const paths = {
          hidden_states: ["backbone.embeddings", ...layers],
          attentions: layers.map((layer) => `${layer}.selfAttn.probabilities`),
        };
        using seen = new Recorder(Object.values(paths).flat());
        const output = model.forward(pixels, { taps: seen });
        for (const [prefix, names] of Object.entries(paths)) {
          expect(names.length).toBe(golden.count(image, prefix));
          for (const [i, path] of names.entries())
            await expectClose(seen.get(path), golden.expected(image, `${prefix}.${i}`));
        }
        const given = { ...output } as Partial<Record<keyof typeof FIELDS, tf.Tensor>>;
        for (const [field, stage] of Object.entries(FIELDS)) {
          const tensor = given[field as keyof typeof FIELDS];
          expect(tensor !== undefined, stage).toBe(golden.has(image, stage));
          if (tensor !== undefined) await expectClose(tensor, golden.expected(image, stage));
        }
      }),
    );

    test("without taps the answer is the same, and nothing else is left", () =>
      expectNoLeaks(async () => {
        using model = golden.model();
        const pixels = golden.tensor(0, "pixel_values") as tf.Tensor4D;
        const output = model.forward(pixels);
        const [answer, stage] =
          "logits" in output ? [output.logits, "logits"] : [output.lastHiddenState, "last_hidden_state"];
        await expectClose(answer, golden.expected(0, stage));
        tf.dispose([pixels, output as unknown as tf.TensorContainer]);
      }));
  });
});

/** Runs `work` and disposes of every tensor that it made: an async tidy. */
async function withScope(work: () => Promise<void>): Promise<void> {
  tf.engine().startScope("parity");
  try {
    await work();
  } finally {
    tf.engine().endScope();
  }
}
