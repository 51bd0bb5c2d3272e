import { readFileSync } from "node:fs";
import { loadCheckpoint, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { asPicture, type Size, swin } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";

const GOLDENS = [
  { name: "swin-classifier", images: [0, 1] },
  { name: "swin-model", images: [0, 1] },
] as const;

describeBackends("Swin equals Hugging Face's", () => {
  describe.each(GOLDENS)("$name", ({ name, images }) => {
    const arrays = golden(new URL(`golden/${name}.safetensors`, import.meta.url));
    const json = readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8");
    const [classifier, headless] = swin.architectures("swin");
    const { weights, build } = (name === "swin-model" ? headless : classifier) as NonNullable<typeof classifier>;
    const open = () =>
      loadCheckpoint(arrays.under("weights/"), weights.rename, (params) =>
        build(params, swin.parseConfig(JSON.parse(json))),
      );
    const at = (image: number, stage: string) => arrays.array(`image/${image}/${stage}`);
    const count = (image: number, stage: string) => arrays.under(`image/${image}/${stage}.`).size;

    test.each(images)("image %i: patches, and each stage from the golden output of the one before", (image) =>
      withScope(async () => {
        using model = open();
        const pixels = arrays.tensor<tf.Rank.R4>(`image/${image}/pixel_values`);
        const { embeddings, stages } = model.backbone;
        await expectClose(embeddings.forward(pixels), at(image, "hidden_states.0"));
        let grid = embeddings.gridOf(pixels);
        for (const [i, stage] of stages.entries()) {
          const before = arrays.tensor<tf.Rank.R3>(`image/${image}/hidden_states.${i}`);
          await expectClose(stage.forward(before, grid), at(image, `hidden_states.${i + 1}`));
          grid = stage.gridAfter(grid);
        }
      }),
    );

    test.each(images)("image %i: every hidden state, every stage's attention and the answer of one pass", (image) =>
      withScope(async () => {
        using model = open();
        const pixels = arrays.tensor<tf.Rank.R4>(`image/${image}/pixel_values`);
        const { stages } = model.backbone;
        const paths = {
          hidden_states: ["backbone.embeddings", ...stages.map((_, i) => `backbone.stages.${i}`)],
          // Python gives those of each stage's last layer.
          attentions: stages.map(({ layers }, i) => {
            return `backbone.stages.${i}.layers.${layers.length - 1}.selfAttn.probabilities`;
          }),
        };
        using seen = new Recorder(["**"]);
        const output = model.forward(pixels, { taps: seen });
        expect([...seen.paths].sort()).toEqual([...model.activations].sort());
        const same = async (tensors: readonly tf.Tensor[], stage: string) => {
          expect(tensors).toHaveLength(count(image, stage));
          for (const [i, tensor] of tensors.entries()) await expectClose(tensor, at(image, `${stage}.${i}`));
        };
        const states = paths.hidden_states.map((path) => seen.get<tf.Tensor3D>(path));
        await same(states, "hidden_states");
        const grids = model.backbone.grids(pixels);
        await same(
          states.map((state, i) => asPicture(state, grids[i] as Size)),
          "reshaped_hidden_states",
        );
        await same(
          paths.attentions.map((path) => seen.get(path)),
          "attentions",
        );
        if ("logits" in output) await expectClose(output.logits, at(image, "logits"));
        else {
          await expectClose(output.lastHiddenState, at(image, "last_hidden_state"));
          await expectClose(output.poolerOutput, at(image, "pooler_output"));
        }
      }),
    );

    test("without taps the answer is the same, and nothing else is left", () =>
      expectNoLeaks(async () => {
        using model = open();
        const pixels = arrays.tensor<tf.Rank.R4>("image/0/pixel_values");
        const output = model.forward(pixels);
        if ("logits" in output) await expectClose(output.logits, at(0, "logits"));
        else await expectClose(output.lastHiddenState, at(0, "last_hidden_state"));
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
