import { readFileSync } from "node:fs";
import { loadCheckpoint, type StateDict } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { bart, type BartClassifier } from "../src/index.ts";

/** A checkpoint that golden/make_fairseq.py writes. */
function goldenOf(name: string) {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const { config } = JSON.parse(readFileSync(file("json"), "utf8")) as { config: unknown };
  return { config: bart.parseConfig(config), arrays: golden(file("safetensors")) };
}

function classifierOf(config: BartClassifier["config"], arrays: StateDict): BartClassifier {
  const found = bart.architectures(config.modelType).find(({ task }) => task === "sequenceClassification");
  const { weights, build } = found as NonNullable<typeof found>;
  return loadCheckpoint(arrays, weights.rename, (params) => build(params, config)) as BartClassifier;
}

describeBackends("BART for classes", () => {
  test.each(["bart-classifier", "mbart-classifier"])("%s: logits and loss", async (name) => {
    const { config, arrays } = goldenOf(name);
    await expectNoLeaks(async () => {
      using model = classifierOf(config, arrays.under("weights/"));
      const ids = arrays.tensor("input/ids");
      const attentionMask = tf.tidy(() => tf.cast(arrays.tensor("input/keep"), "bool"));
      const labels = arrays.tensor("input/labels");
      const { logits } = model.forward({ ids, attentionMask });
      await expectClose(logits, arrays.array("output/logits"));
      const loss = model.loss({ ids, attentionMask, labels });
      await expectClose(loss, arrays.array("loss"));
      tf.dispose([ids, attentionMask, labels, logits, loss]);
    });
  });

  test("a text without an end token has no score", async () => {
    const { config, arrays } = goldenOf("bart-classifier");
    using model = classifierOf(config, arrays.under("weights/"));
    const ids = tf.tensor2d([[5, 6, 7]], undefined, "int32");
    const { logits } = model.forward({ ids });
    expect([...(await logits.data())]).toEqual([NaN, NaN, NaN, NaN]);
    tf.dispose([ids, logits]);
  });
});
