import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { attentionRollout, gradientRollout, readAttentions, recordAttentions, VitModel } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";
import { vitGolden } from "./vitGolden.ts";

const LABELS = { "vit-classifier": 2, "deit-teacher": 3, "dinov2-registers": 1 };

describeBackends("where a model looked equals what PyTorch's attentions and gradients say", () => {
  test.each(Object.entries(LABELS))("%s", async (name, label) => {
    const golden = vitGolden(name);
    await expectNoLeaks(async () => {
      using model = golden.model();
      if (model instanceof VitModel) throw new TypeError(`expected a classifier, got ${name}`);
      const pixels = tf.tidy(() => tf.slice(golden.tensor(0, "pixel_values"), 0, 1) as tf.Tensor4D);
      const attentions = recordAttentions(model, pixels);
      const weights = await readAttentions(attentions);
      tf.dispose(attentions);
      const rollout = attentionRollout(weights);
      const shape = [rollout.tokens, rollout.tokens];
      await expectClose({ shape, data: rollout.values }, golden.expected(0, "rollout"));
      const { values } = await gradientRollout(model, pixels, label);
      await expectClose({ shape, data: values }, golden.expected(0, "gradient_rollout"));
      pixels.dispose();
    });
  });
});
