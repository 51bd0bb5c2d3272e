import { keyMask } from "@qkv/attention";
import { Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import type { MarianModel } from "../src/index.ts";
import { MARIAN_GOLDENS, type MarianGolden, marianGolden } from "./marianGolden.ts";

describeBackends("Marian", () => {
  describe.each(MARIAN_GOLDENS)("%s", (name) => {
    const golden = marianGolden(name);
    const expected = (stage: string) => golden.arrays.array(`output/${stage}`);
    const list = (prefix: string) => [...golden.arrays.under(`output/${prefix}.`).values()];

    test("each layer, from the golden output of the one before", () =>
      withModel(golden, async (model) => {
        const states = (side: string, i: number) =>
          golden.arrays.tensor<tf.Rank.R3>(`output/${side}_hidden_states.${i}`);
        const { attentionMask } = golden.inputs();
        const mask = keyMask(attentionMask);
        for (const [i, layer] of model.encoder.layers.entries()) {
          await expectClose(layer.forward(states("encoder", i), { mask }), expected(`encoder_hidden_states.${i + 1}`));
        }
        const encoded = states("encoder", model.encoder.layers.length);
        for (const [i, layer] of model.decoder.layers.entries()) {
          const memory = layer.crossAttn?.project(encoded);
          const output = layer.forward(states("decoder", i), { memory, memoryMask: mask });
          await expectClose(output, expected(`decoder_hidden_states.${i + 1}`));
        }
      }));

    test("every hidden state, every attention and the logits of one pass", () =>
      withModel(golden, async (model) => {
        const paths: Record<string, string[]> = { cross_attentions: [] };
        for (const side of ["encoder", "decoder"] as const) {
          const layers = model[side].layers.map((_, i) => `${side}.layers.${i}`);
          paths[`${side}_hidden_states`] = [`${side}.embeddings`, ...layers];
          paths[`${side}_attentions`] = layers.map((layer) => `${layer}.selfAttn.probabilities`);
          if (side === "decoder") paths["cross_attentions"] = layers.map((layer) => `${layer}.crossAttn.probabilities`);
        }
        using seen = new Recorder(Object.values(paths).flat());
        const out = model.forward(golden.inputs(), { taps: seen });
        for (const [prefix, names] of Object.entries(paths)) {
          await expectClose([names.length], [list(prefix).length]);
          for (const [i, path] of names.entries()) await expectClose(seen.get(path), expected(`${prefix}.${i}`));
        }
        await expectClose(out.logits, expected("logits"));
      }));

    test.each([undefined, 60])("cached steps give the logits of one full pass, with capacity %s", (capacity) =>
      withModel(golden, async (model) => {
        const { ids, attentionMask, decoderIds } = golden.inputs();
        const memory = model.encode(ids, attentionMask);
        const length = decoderIds.shape[1] ?? 0;
        for (const sizes of [Array<number>(length).fill(1), [2, length - 2]]) {
          const steps: tf.Tensor3D[] = [];
          using cache = model.createCache({ capacity });
          for (const piece of tf.split<tf.Tensor2D>(decoderIds, sizes, 1)) {
            steps.push(model.decode(piece, memory, { cache }).logits);
          }
          await expectClose(tf.concat(steps, 1), expected("logits"));
        }
      }),
    );
  });
});

/** Runs `work` on the golden's model and disposes of everything, that which `work` made too. */
async function withModel(golden: MarianGolden, work: (model: MarianModel) => Promise<void>): Promise<void> {
  await expectNoLeaks(async () => {
    const model = golden.model();
    tf.engine().startScope("parity"); // an async tidy: what `work` makes ends with it
    try {
      await work(model);
    } finally {
      tf.engine().endScope();
      model.dispose();
    }
  });
}
