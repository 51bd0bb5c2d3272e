// An adapter is trained by the optimizers of @qkv/training, and gradients are computed only where they are needed.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { adapterFiles, createAdapter } from "@qkv/pretrained";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import { AdamW, lossAndGradients } from "@qkv/training";
import { type CausalLanguageModel, gptNeoX } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => initBackend("cpu"));

function logitsOf(model: CausalLanguageModel): tf.Tensor {
  return tf.tidy(() => model.forward({ ids: tf.tensor2d([[3, 9, 4]], [1, 3], "int32") }).logits);
}

test("a new adapter changes nothing, learns with its base frozen in a fraction of the memory, and is saved", () =>
  expectNoLeaks(async () => {
    const config = gptNeoX.parseConfig({
      ...{ model_type: "gpt_neox", vocab_size: 11, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
      ...{
        num_attention_heads: 2,
        max_position_embeddings: 16,
        tie_word_embeddings: false,
        bos_token_id: 0,
        eos_token_id: 0,
      },
    });
    const model = gptNeoX.build(Params.initialized(1), config);
    const plain = logitsOf(model);
    const start = tf.memory().numBytes;
    const trained = async (params: ReadonlyMap<string, tf.Variable>) => {
      const optimizer = new AdamW(params, { learningRate: 0.01 });
      const [ids, before] = [
        tf.tensor2d(
          [
            [3, 9, 4, 1, 7],
            [2, 2, 8, 6, 5],
          ],
          [2, 5],
          "int32",
        ),
        tf.memory().numBytes,
      ];
      const { loss, gradients } = lossAndGradients(params, () => model.loss({ ids, labels: ids }));
      optimizer.step(gradients);
      const bytes = tf.memory().numBytes - before; // of gradients and moments
      const [value] = await loss.data();
      tf.dispose([ids, loss, ...gradients.values()]);
      optimizer.dispose();
      return { bytes, value, names: [...gradients.keys()] };
    };
    const targets = { rank: 2, alpha: 4, targetModules: ["query_key_value"], dropout: 0.1 };
    const adapter = await createAdapter(model, { ...targets, dora: true });
    adapter.attach();
    const begun = logitsOf(model);
    await expectClose(begun, plain, { atol: 1e-5, rtol: 1e-5 });
    const own = tf.memory().numBytes - start - 4 * begun.size;
    const first = await trained(adapter.named());
    expect(first.names).toEqual([...adapter.named().keys()]);
    expect([...adapter.named().keys()].filter((name) => name.endsWith("adapter.a"))).toHaveLength(2); // one for queries, keys and values
    expect((await trained(adapter.named())).value).toBeLessThan(first.value as number);
    const saved = await adapterFiles({ model, adapter });
    expect(JSON.parse(new TextDecoder().decode(saved.get("adapter_config.json")))).toMatchObject({
      ...{
        r: 2,
        lora_alpha: 4,
        target_modules: ["query_key_value"],
        use_dora: true,
        lora_dropout: 0.1,
        task_type: "CAUSAL_LM",
      },
    });
    const weights = [...model.params.named().values()].reduce((sum, { size }) => sum + 4 * size, 0);
    adapter.detach();
    const whole = await trained(model.params.named());
    expect(weights + own + first.bytes).toBeLessThan(0.5 * (weights + whole.bytes));
    await expect(createAdapter(model, { rank: 2, targetModules: ["q_proj"] })).rejects.toThrow(
      "createAdapter: expected targetModules to name modules of the model (",
    );
    tf.dispose([plain, begun]);
    adapter.dispose();
    model.dispose();
  }));
