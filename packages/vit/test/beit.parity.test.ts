// The expected numbers come from transformers by golden/make_vit.py.
import { readFileSync } from "node:fs";
import { loadCheckpoint, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import { weightRulesOf } from "@qkv/transformer";
import { beit } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";

function opened(name: string) {
  const file = (ending: string) => new URL(`golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const json = JSON.parse(readFileSync(file("json"), "utf8")) as { architectures: string[] };
  const config = beit.parseConfig(json);
  const found = beit.architectures("beit").find(({ className }) => className === json.architectures[0]);
  if (found === undefined) throw new Error(`expected a class, got ${json.architectures}`);
  const rules = weightRulesOf(found, config);
  const open = () => loadCheckpoint(arrays.under("weights/"), rules.rename, (params) => found.build(params, config));
  return { arrays, config, open };
}

describeBackends("BEiT equals Hugging Face's", () => {
  describe.each(["beit-classifier", "beit-model"])("%s", (name) => {
    const { arrays, open } = opened(name);
    test.each([0, 1])("image %i: every hidden state, every attention and the answer", (image) =>
      expectNoLeaks(async () => {
        const at = (stage: string) => arrays.array(`image/${image}/${stage}`);
        using model = open();
        using seen = new Recorder(["**"]);
        const pixels = arrays.tensor(`image/${image}/pixel_values`);
        const output = model.forward(pixels, { taps: seen });
        expect([...seen.paths].sort()).toEqual([...model.activations].sort());
        const layers = model.backbone.layers.map((_, i) => `backbone.layers.${i}`);
        for (const [i, path] of ["backbone.embeddings", ...layers].entries())
          await expectClose(seen.get(path), at(`hidden_states.${i}`));
        for (const [i, layer] of layers.entries())
          await expectClose(seen.get(`${layer}.selfAttn.probabilities`), at(`attentions.${i}`));
        const plain = model.forward(pixels);
        for (const each of [output, plain]) {
          if ("logits" in each) await expectClose(each.logits, at("logits"));
          else {
            await expectClose(each.lastHiddenState, at("last_hidden_state"));
            await expectClose(each.poolerOutput, at("pooler_output"));
          }
        }
        tf.dispose([pixels, { ...output }, { ...plain }] as unknown as tf.TensorContainer);
      }),
    );
  });
});

test.each(["beit-classifier", "beit-model"])("%s: the config is written as it was read", (name) => {
  const { config } = opened(name);
  expect(beit.parseConfig(JSON.parse(JSON.stringify(beit.formatConfig(config))))).toEqual(config);
});
