import { Params } from "@qkv/nn";
import type { Pretrained } from "@qkv/pretrained";
import { byteLevelAlphabet, trainBpe } from "@qkv/tokenizers";
import { gpt2 } from "@qkv/transformer";

const TEMPLATE = [
  "{% if tools %}<system>{% for tool in tools %}{{ tool.function.name }} {% endfor %}<end>{% endif %}",
  "{% for message in messages %}<{{ message.role }}>{{ message.content }}",
  "{% if message.tool_calls %}{{ message.tool_calls | tojson }}{% endif %}<end>{% endfor %}",
  "{% if add_generation_prompt %}<assistant>{% endif %}",
].join("");

/** An untrained GPT-2 with a chat template that names tools, as `loadPretrained` would give it. What it says is nonsense. */
export async function tinyChat(): Promise<Pretrained> {
  const tokenizer = await trainBpe(['once upon a time there was "a" {"name": "value", "ok": true}'], {
    vocabSize: 320,
    specialTokens: ["<end>", "<user>", "<assistant>", "<system>", "<tool>"],
    initialAlphabet: byteLevelAlphabet(),
    preTokenizer: { type: "ByteLevel", add_prefix_space: false },
    decoder: { type: "ByteLevel" },
  });
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_embd: 16, n_head: 2, n_layer: 2, n_positions: 320 },
    ...{ bos_token_id: 0, eos_token_id: 0 },
  });
  const model = gpt2.build(Params.initialized(3), config);
  return {
    ...{ name: "tiny", modelType: "gpt2", architecture: "GPT2LMHeadModel", task: "causalLM", config, model, tokenizer },
    ...{ chatTemplate: { template: TEMPLATE, specialTokens: {} }, generationConfig: {}, dtypes: new Map() },
  } as unknown as Pretrained;
}
