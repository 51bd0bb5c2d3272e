// Tiny models of random weights as folders: an encoder, and one that writes.
import { readFileSync } from "node:fs";
import { Params } from "@qkv/nn";
import { pretrainedFiles } from "@qkv/pretrained";
import { bert, gpt2 } from "@qkv/transformer";
import { tinyTokenizer } from "../../packages/pretrained/test/tinyGenerators.ts";

const WORDS = new URL("../../packages/pretrained/test/golden/tasks/tokenizer.json", import.meta.url);

/** The files of a BERT without a head. */
export async function encoderFolder(): Promise<Map<string, Uint8Array>> {
  const tokenizer = new Uint8Array(readFileSync(WORDS));
  const { model: words } = JSON.parse(new TextDecoder().decode(tokenizer)) as { model: { vocab: object } };
  const config = bert.parseConfig({
    ...{ model_type: "bert", vocab_size: Object.keys(words.vocab).length, hidden_size: 32, num_hidden_layers: 2 },
    ...{
      num_attention_heads: 4,
      intermediate_size: 48,
      max_position_embeddings: 64,
      pad_token_id: 0,
      initializer_range: 0.2,
    },
  });
  const model = bert.build(Params.initialized(3), config);
  const files = await pretrainedFiles({ model, files: new Map([["tokenizer.json", tokenizer]]) });
  model.dispose();
  return files;
}

/** The files of a GPT-2. */
export async function writerFolder(): Promise<Map<string, Uint8Array>> {
  const tokenizer = await tinyTokenizer();
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_embd: 32, n_head: 4, n_layer: 2, n_positions: 128 },
    ...{ bos_token_id: 0, eos_token_id: 0, initializer_range: 0.3 },
  });
  const model = gpt2.build(Params.initialized(3), config);
  const files = await pretrainedFiles({ model, tokenizer });
  model.dispose();
  return files;
}
