import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { wav2vec2 } from "@qkv/transformer";
import { expect, test } from "vitest";
import type { ObjectiveRecipe } from "./objectiveRecipes.ts";
import { trainedOf } from "./trainedOf.ts";

test("frozen layers of a wav2vec 2.0 are those of its stack, and all that is below", async () => {
  await initBackend("cpu");
  const config = wav2vec2.parseConfig({
    ...{ model_type: "wav2vec2", vocab_size: 5, hidden_size: 4, num_hidden_layers: 3, num_attention_heads: 2 },
    ...{ intermediate_size: 6, conv_dim: [3, 3], conv_kernel: [4, 2], conv_stride: [2, 2] },
    ...{ num_conv_pos_embeddings: 4, num_conv_pos_embedding_groups: 2 },
  });
  const model = wav2vec2.build(Params.initialized(1), config);
  const recipe = { training: { freezeLayers: 1 } } as unknown as ObjectiveRecipe;
  const trained = new Set(
    Array.from(trainedOf(model, recipe, undefined).keys(), (name) => name.replace(/(\d)\..*/, "$1")),
  );
  expect([...trained].sort()).toEqual([
    "layers.1",
    "layers.2",
    "lmHead.bias",
    "lmHead.weight",
    "norm.bias",
    "norm.weight",
  ]);
  model.dispose();
});
