import { readFileSync } from "node:fs";
import { Params, Recorder } from "@qkv/nn";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, toFloat32 } from "@qkv/safetensors";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { generate, whisper, type WhisperModel, withMemory } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { goldenFolder } from "./goldenFolder.ts";

const families = [whisper];
const NAMES = ["whisper", "whisper-untied"] as const;

/** Activations by Python's names. */
function paths(model: WhisperModel): Record<string, string> {
  const all: Record<string, string> = {};
  for (const side of ["encoder", "decoder"] as const) {
    const count = model[side].layers.length;
    all[`${side}_hidden_states.0`] = `${side}.embeddings`;
    for (let i = 0; i < count; i++) {
      all[`${side}_hidden_states.${i + 1}`] = i === count - 1 ? `${side}.norm` : `${side}.layers.${i}`;
      all[`${side}_attentions.${i}`] = `${side}.layers.${i}.selfAttn.probabilities`;
      if (side === "decoder") all[`cross_attentions.${i}`] = `decoder.layers.${i}.crossAttn.probabilities`;
    }
  }
  return all;
}

describeBackends("Whisper equals Hugging Face's", (backend) => {
  test.each(NAMES)("%s: hidden states, attentions, logits, loss, and tokens after a prompt", (name) =>
    expectNoLeaks(async () => {
      const golden = goldenFolder(name);
      const { arrays } = golden;
      const { model, task, architecture } = await loadPretrained(golden.files(), { families });
      expect([task, architecture]).toEqual(["speechSeq2seq", "WhisperForConditionalGeneration"]);
      const features = arrays.tensor<tf.Rank.R3>("input/features");
      const decoderIds = arrays.tensor<tf.Rank.R2>("input/decoder_ids");
      const labels = arrays.tensor<tf.Rank.R2>("input/labels");
      const named = paths(model);
      {
        using seen = new Recorder(Object.values(named));
        const { logits } = model.forward({ features, decoderIds }, { taps: seen });
        await expectClose(logits, arrays.array("output/logits"));
        for (const [theirs, ours] of Object.entries(named)) {
          await expectClose(seen.get(ours), arrays.array(`output/${theirs}`));
        }
        const loss = model.loss({ features, decoderIds, labels });
        await expectClose(loss, arrays.array("output/loss"));
        tf.dispose([logits, loss]);
      }
      const { prompt, ids } = expected(name);
      const first = tf.slice(features, [0, 0, 0], [1, -1, -1]);
      const memory = model.encode(first);
      for (const numBeams of [1, 2]) {
        const options = { maxNewTokens: ids.length - prompt.length, eosTokenId: [], numBeams };
        const [[sequence] = []] = await generate(withMemory(model, memory), [prompt], options);
        if (numBeams === 1) expect(sequence?.ids).toEqual(ids);
        else expect(sequence?.ids.slice(0, prompt.length)).toEqual(prompt);
      }
      for (const { keys, values } of memory.keyValues) tf.dispose([keys, values]);
      tf.dispose([features, decoderIds, labels, first]);
      model.dispose();
    }),
  );

  test("gradients of the loss for every parameter", async () => {
    const golden = goldenFolder("whisper");
    let seed = 3;
    const config = whisper.parseConfig({ ...golden.config, encoder_layers: 1, activation_function: "gelu" });
    using model = whisper.build(
      Params.from((_, shape) => tf.randomNormal(shape, 0, 0.4, "float32", seed++)),
      config,
    );
    const inputs = {
      features: golden.arrays.tensor<tf.Rank.R3>("input/features"),
      decoderIds: golden.arrays.tensor<tf.Rank.R2>("input/decoder_ids"),
      labels: golden.arrays.tensor<tf.Rank.R2>("input/labels"),
    };
    const all = [...model.params.named()].filter(([path]) => path !== "encoder.positions"); // not trained
    const variables = new Map(all.filter((_, i) => backend !== "webgpu" || i % 9 === 0));
    await checkGradients(() => model.loss(inputs), [], { variables, step: 2 ** -7 });
    tf.dispose(Object.values(inputs));
  });

  test("is saved with the same names, numbers and config", () =>
    expectNoLeaks(async () => {
      for (const name of NAMES) {
        const golden = goldenFolder(name);
        const { model, config } = await loadPretrained(golden.files(), { families });
        const saved = await pretrainedFiles({ model });
        model.dispose();
        const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
        expect([...tensors.keys()].sort()).toEqual([...golden.weights.keys()].sort());
        for (const [key, { data, shape }] of golden.weights) {
          const tensor = tensors.get(key);
          expect(tensor?.shape, key).toEqual(shape);
          expect(tensor && toFloat32(tensor), key).toEqual(data);
        }
        const again = await loadPretrained(memoryFiles("again", saved));
        expect(again.config).toEqual(config);
        again.model.dispose();
      }
    }));

  test("refuses another number of bands or frames", () =>
    expectNoLeaks(async () => {
      const golden = goldenFolder("whisper");
      const { model } = await loadPretrained(golden.files(), { families });
      const [features, decoderIds] = [tf.zeros([1, 5, 13]), tf.ones([1, 2], "int32")];
      expect(() => model.forward({ features, decoderIds })).toThrow(
        "WhisperModel.forward: expected features to be [B, 5, 14], got [1, 5, 13]",
      );
      tf.dispose([features, decoderIds]);
      model.dispose();
    }));
});

function expected(name: string): { prompt: number[]; ids: number[] } {
  const file = new URL(`../../transformer/test/golden/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as { prompt: number[]; ids: number[] };
}
