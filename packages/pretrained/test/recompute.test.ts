// Layers that the backward pass computes again give the gradients of those whose activations it holds, in every family.
import { RandomStream } from "@qkv/nn";
import { createAdapter, loadPretrained } from "@qkv/pretrained";
import { describeBackends, type Golden } from "@qkv/testing";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { goldenFolder } from "./goldenFolder.ts";

interface Reader {
  forward(inputs: object, options: { random: RandomStream; recompute: boolean }): tf.NamedTensorMap;
}

/** What texts are not padded by. */
function kept(arrays: Golden): tf.Tensor | undefined {
  const name = ["input/keep", "input/mask"].find((each) => arrays.names.includes(each));
  return name === undefined ? undefined : tf.tidy(() => tf.cast(arrays.tensor(name), "bool"));
}

async function expectSame(gradients: tf.NamedTensorMap, expected: tf.NamedTensorMap): Promise<void> {
  expect(Object.keys(gradients)).toEqual(Object.keys(expected));
  for (const [name, gradient] of Object.entries(gradients)) {
    expect(await gradient.data(), name).toEqual(await expected[name]?.data());
  }
}

describeBackends(
  "with recompute gradients are the same numbers",
  () => {
    test.each([
      ...["albert-model", "bert-model", "deberta-v2-model", "distilbert-answers", "electra-masked", "modernbert-model"],
      ...[
        "mpnet-model",
        "roberta-model",
        "bloom",
        "cohere",
        "falcon",
        "falcon-alibi",
        "gemma",
        "gemma2",
        "gemma3_text",
      ],
      ...["gpt2-scaled", "gpt_neox", "gpt_neox-sequential", "gptj", "granite", "llama", "mistral-window", "mixtral"],
      ...["olmo2", "opt", "phi", "phi3-longrope", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "smollm3", "stablelm"],
      ...["bart", "m2m_100", "marian-relu", "mbart", "mt5", "pegasus", "t5", "t5-gated"],
      ...["whisper", "wav2vec2", "wav2vec2-stable", "hubert"],
    ])("%s", async (name) => {
      const { files, arrays } = goldenFolder(name);
      const { model } = await loadPretrained(files(), { dtype: "float32" });
      const named = (key: string) => (arrays.names.includes(key) ? arrays.tensor(key) : undefined);
      const inputs = {
        ids: named("input/ids"),
        attentionMask: kept(arrays),
        decoderIds: named("input/decoder_ids"),
        features: named("input/features"),
        samples: named("input/samples"),
      };
      const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== undefined));
      const variables = [...model.params.named().values()].filter(({ trainable }) => trainable);
      const gradientsOf = (recompute: boolean) => {
        let bytes = 0;
        const loss = () => {
          const outputs = (model as unknown as Reader).forward(given, { random: new RandomStream(3), recompute });
          const first = Object.values(outputs)[0] as tf.Tensor;
          const sum = tf.sum(tf.sin(first)) as tf.Scalar;
          bytes = tf.memory().numBytes;
          return sum;
        };
        return { ...tf.tidy(() => tf.variableGrads(loss, variables)), bytes };
      };
      const [held, again] = [gradientsOf(false), gradientsOf(true)];
      expect(again.bytes).toBeLessThan(held.bytes);
      expect(await again.value.data()).toEqual(await held.value.data());
      await expectSame(again.grads, held.grads);
      tf.dispose([held, again]);
      tf.dispose(given);
      model.dispose();
    });

    test("an adapter's, and one that drops values is refused", async () => {
      const { files, arrays } = goldenFolder("llama");
      const { model } = await loadPretrained(files(), { families: [llama] });
      const options = { rank: 2, dropout: 0.5, targetModules: ["q_proj", "down_proj"], families: [llama] };
      const adapter = await createAdapter(model, options);
      for (const each of adapter.named().values()) {
        tf.tidy(() => each.assign(tf.randomNormal(each.shape, 0, 0.1, "float32", 4)));
      }
      adapter.attach();
      const ids = arrays.tensor<tf.Rank.R2>("input/ids");
      const gradientsOf = (recompute: boolean, random?: RandomStream) => {
        const loss = () => adapter.withDropout(random, () => model.loss({ ids, labels: ids }, { recompute }));
        return tf.tidy(() => tf.variableGrads(loss, [...adapter.named().values()]));
      };
      const [held, again] = [gradientsOf(false), gradientsOf(true)];
      expect(Object.keys(again.grads)).toHaveLength(8);
      await expectSame(again.grads, held.grads);
      expect(() => gradientsOf(true, new RandomStream(1))).toThrow("recompute: expected an adapter without dropout");
      for (const { saved = [] } of tf.engine().state.activeTape ?? []) tf.dispose(saved); // as lossAndGradients does
      tf.engine().state.activeTape = [];
      tf.dispose([ids, held, again]);
      adapter.params.dispose();
      model.dispose();
    });
  },
  ["wasm"],
);
