import { Params } from "@qkv/nn";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { gpt2 } from "../../families/gpt2/index.ts";
import { llama } from "../../families/llama/index.ts";
import { moe } from "../../families/moe/index.ts";
import { scaleResidualProjections } from "./scaleResidualProjections.ts";

const SIZES = { hidden_size: 12, intermediate_size: 16, num_hidden_layers: 3, num_attention_heads: 2, vocab_size: 7 };
const MODELS = {
  gpt2: () =>
    gpt2.build(
      Params.initialized(4),
      gpt2.parseConfig({ model_type: "gpt2", n_embd: 12, n_layer: 3, n_head: 2, n_positions: 5, vocab_size: 7 }),
    ),
  llama: () => llama.build(Params.initialized(4), llama.parseConfig({ model_type: "llama", ...SIZES })),
};
const SCALED = /^layers\.[012]\.(selfAttn\.outProj|ffn\.(fc2|downProj))\.weight$/;

describeBackends("scaleResidualProjections", () => {
  test.each(Object.entries(MODELS))("divides two matrices of each layer of %s and nothing else", async (_, build) => {
    const model = build();
    const before = new Map([...model.params.named()].map(([name, value]) => [name, value.clone()]));
    await expectNoLeaks(() => scaleResidualProjections(model));
    const ratios = new Map<string, number>();
    for (const [name, value] of model.params.named()) {
      const [was, is] = await Promise.all([before.get(name)?.data(), value.data()]);
      const at = was?.findIndex((x) => x !== 0) ?? -1;
      if (at >= 0) ratios.set(name, (is[at] ?? NaN) / (was?.[at] ?? NaN));
    }
    const scaled = [...ratios.keys()].filter((name) => SCALED.test(name));
    expect(scaled.length).toBe(6);
    for (const [name, ratio] of ratios) expect(ratio, name).toBeCloseTo(scaled.includes(name) ? 1 / Math.sqrt(6) : 1, 5);
    tf.dispose([...before.values()]);
    model.dispose();
  });
});

describeBackends(
  "scaleResidualProjections",
  () => {
    test("refuses a model of experts, and what is no model", () => {
      const config = moe.parseConfig({ model_type: "mixtral", ...SIZES, num_key_value_heads: 1 });
      const model = moe.build(Params.initialized(), config);
      expect(() => scaleResidualProjections(model)).toThrow("expected 6 projections, of attention and feed-forward");
      model.dispose();
      expect(() => scaleResidualProjections(undefined as never)).toThrow("expected model to be an object");
    });
  },
  ["cpu"],
);
