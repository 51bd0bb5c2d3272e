import { keyMask } from "@qkv/attention";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import type { DecoderPast, MarianModel, StackOutput } from "../src/index.ts";
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
        const { keep } = golden.inputs();
        const mask = keyMask(keep);
        for (const [i, layer] of model.encoder.layers.entries()) {
          await expectClose(
            layer.forward(states("encoder", i), { mask }).output,
            expected(`encoder_hidden_states.${i + 1}`),
          );
        }
        const encoded = states("encoder", model.encoder.layers.length);
        for (const [i, layer] of model.decoder.layers.entries()) {
          const memory = layer.crossAttn.project(encoded);
          const { output } = layer.forward(states("decoder", i), memory, undefined, { memoryMask: mask });
          await expectClose(output, expected(`decoder_hidden_states.${i + 1}`));
        }
      }));

    test("every hidden state, every attention and the logits of one pass", () =>
      withModel(golden, async (model) => {
        const out = model.forward(golden.inputs(), { hiddenStates: true, attentions: true });
        const same = async (actual: readonly tf.Tensor[], prefix: string) => {
          await expectClose([actual.length], [list(prefix).length]);
          for (const [i, tensor] of actual.entries()) await expectClose(tensor, expected(`${prefix}.${i}`));
        };
        const stack = async (actual: StackOutput, side: string) => {
          await same(actual.hiddenStates, `${side}_hidden_states`);
          await same(actual.attentions, `${side}_attentions`);
        };
        await stack(out.encoder, "encoder");
        await stack(out.decoder, "decoder");
        await same(out.decoder.crossAttentions, "cross_attentions");
        await expectClose(out.logits, expected("logits"));
      }));

    test("cached steps give the logits of one full pass", () =>
      withModel(golden, async (model) => {
        const { ids, keep, decoderIds } = golden.inputs();
        const memory = model.encode(ids, keep);
        const length = decoderIds.shape[1] ?? 0;
        for (const sizes of [Array<number>(length).fill(1), [2, length - 2]]) {
          const steps: tf.Tensor3D[] = [];
          let past: DecoderPast | undefined;
          for (const piece of tf.split<tf.Tensor2D>(decoderIds, sizes, 1)) {
            const step = model.decode(piece, memory, past);
            past = step.past;
            steps.push(step.logits);
          }
          await expectClose(tf.concat(steps, 1), expected("logits"));
        }
      }));
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
