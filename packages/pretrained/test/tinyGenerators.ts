import { Params } from "@qkv/nn";
import type { Pretrained } from "@qkv/pretrained";
import { byteLevelAlphabet, type Tokenizer, trainBpe } from "@qkv/tokenizers";
import { gpt2, t5 } from "@qkv/transformer";

const CHAT =
  "{% for message in messages %}<{{ message.role }}>{{ message.content }}<end>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

/** A tokenizer of every byte, some words and the roles of a conversation. */
export function tinyTokenizer(): Promise<Tokenizer> {
  return trainBpe(['once upon a time there was "a" {"name": "value", "count": 12, "é": true}'], {
    vocabSize: 320,
    specialTokens: ["<end>", "<user>", "<assistant>", "<system>"],
    initialAlphabet: byteLevelAlphabet(),
    preTokenizer: { type: "ByteLevel", add_prefix_space: false },
    decoder: { type: "ByteLevel" },
  });
}

/** An untrained GPT-2 with a chat template, as `loadPretrained` would give it. What it says is nonsense. */
export async function tinyChatModel(generationConfig: Readonly<Record<string, unknown>> = {}): Promise<Pretrained> {
  const tokenizer = await tinyTokenizer();
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_embd: 16, n_head: 2, n_layer: 2, n_positions: 64 },
    ...{ bos_token_id: 0, eos_token_id: 0 },
  });
  const model = gpt2.build(Params.initialized(3), config);
  return {
    ...{ name: "tiny", modelType: "gpt2", architecture: "GPT2LMHeadModel", task: "causalLM", config, model, tokenizer },
    ...{ chatTemplate: { template: CHAT, specialTokens: {} }, generationConfig, dtypes: new Map() },
  } as unknown as Pretrained;
}

/** An untrained T5, as `loadPretrained` would give it. */
export async function tinyAnswerModel(generationConfig: Readonly<Record<string, unknown>> = {}): Promise<Pretrained> {
  const tokenizer = await tinyTokenizer();
  const config = t5.parseConfig({
    ...{
      model_type: "t5",
      vocab_size: tokenizer.vocabSize,
      d_model: 16,
      d_kv: 8,
      num_heads: 2,
      d_ff: 24,
      num_layers: 1,
    },
    ...{ num_decoder_layers: 1, pad_token_id: 1, eos_token_id: 0, decoder_start_token_id: 1 },
  });
  const model = t5.build(Params.initialized(3), config);
  return {
    ...{ name: "tiny", modelType: "t5", architecture: "T5ForConditionalGeneration", task: "seq2seqLM", config, model },
    ...{ tokenizer, generationConfig, dtypes: new Map() },
  } as unknown as Pretrained;
}
