// The shapes of decoders whose work on a GPU is counted: the en-fr that ships, and small ones of the kinds of GPT-2 and Llama.
import { fileURLToPath } from "node:url";
import { Params } from "@qkv/nn";
import { loadPretrained } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { type CausalLanguageModel, gpt2, llama, type MarianModel } from "@qkv/transformer";

const EN_FR = fileURLToPath(new URL("../../models/en-fr", import.meta.url));

async function enFr() {
  const { model } = await loadPretrained(modelFiles(EN_FR));
  return { model: model as MarianModel, source: [87, 253, 1024, 17, 640, 5, 0] };
}

async function gpt2Shape() {
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: 640, n_embd: 96, n_layer: 3, n_head: 6, n_positions: 128 },
  });
  return { model: gpt2.build(Params.initialized(1), config) as CausalLanguageModel, source: [5, 17, 300, 2] };
}

async function llamaShape() {
  const config = llama.parseConfig({
    ...{ model_type: "llama", vocab_size: 640, hidden_size: 96, intermediate_size: 256, num_hidden_layers: 3 },
    ...{ num_attention_heads: 6, num_key_value_heads: 2, max_position_embeddings: 128 },
  });
  return { model: llama.build(Params.initialized(1), config) as CausalLanguageModel, source: [5, 17, 300, 2] };
}

/**
 * Their names, how they are opened, and the kernels of a token: embeddings of tokens and positions; of a layer a product for all that
 * reads the same, an attention, and two or three products more; and at the end the logits and the choice.
 */
export const shapes = [
  { name: "Marian (en-fr)", open: enFr, dispatches: 2 + 2 * 8 + 2 },
  { name: "GPT-2", open: gpt2Shape, dispatches: 2 + 3 * 5 + 2 },
  { name: "Llama", open: llamaShape, dispatches: 1 + 3 * 5 + 2 },
];
