import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { savePretrained } from "@qkv/pretrained/node";
import { byteLevelAlphabet, trainBpe } from "@qkv/tokenizers";
import { gpt2, marian } from "@qkv/transformer";
import { VitClassifier, vitConfig } from "@qkv/vit";

/** Writes an untrained model of a few thousand parameters: what it says is nonsense, how it is run is not. */
export async function writeTinyModel(folder: string): Promise<void> {
  await initBackend("cpu");
  const endToken = "</s>";
  const tokenizer = await trainBpe(["the train to the station", "la gare est là"], {
    vocabSize: 40,
    specialTokens: [endToken, "<unk>", "<pad>"],
    preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    postProcessor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: endToken, type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [endToken]: { id: endToken, ids: [0], tokens: [endToken] } },
    },
  });
  const config = marian.parseConfig({
    model_type: "marian",
    ...{ vocab_size: tokenizer.vocabSize, d_model: 8, max_position_embeddings: 32, scale_embedding: true },
    ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 12 },
    ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 12 },
    ...{ pad_token_id: 2, eos_token_id: 0, decoder_start_token_id: 2 },
  });
  const model = marian.build(Params.initialized(5), config);
  await savePretrained(folder, { model, tokenizer });
  model.dispose();
}

/** Writes an untrained GPT-2 of a few hundred parameters. */
export async function writeTinyLanguageModel(folder: string): Promise<void> {
  await initBackend("cpu");
  const tokenizer = await trainBpe(["once upon a time"], {
    ...{ vocabSize: 24, specialTokens: ["<end>"], preTokenizer: { type: "ByteLevel", add_prefix_space: false } },
    ...{ decoder: { type: "ByteLevel" } },
  });
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_embd: 8, n_head: 2, n_layer: 1, n_positions: 32 },
    ...{ bos_token_id: 0, eos_token_id: 0 },
  });
  const model = gpt2.build(Params.initialized(5), config);
  await savePretrained(folder, { model, tokenizer });
  model.dispose();
}

/** Writes an untrained GPT-2 with a template of conversations, which draws tokens only when it is asked to. */
export async function writeTinyChatModel(folder: string): Promise<void> {
  await initBackend("cpu");
  const tokenizer = await trainBpe(["once upon a time"], {
    ...{ vocabSize: 290, specialTokens: ["<end>", "<user>", "<assistant>", "<system>"] },
    ...{ initialAlphabet: byteLevelAlphabet(), preTokenizer: { type: "ByteLevel", add_prefix_space: false } },
    ...{ decoder: { type: "ByteLevel" } },
  });
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_embd: 8, n_head: 2, n_layer: 1, n_positions: 256 },
    ...{ bos_token_id: 0, eos_token_id: 0 },
  });
  const model = gpt2.build(Params.initialized(5), config);
  const template = [
    "{% if tools %}<system>{% for tool in tools %}{{ tool.function.name }} {% endfor %}<end>{% endif %}",
    "{% for message in messages %}<{{ message.role }}>{{ message.content }}",
    "{% if message.tool_calls %}{{ message.tool_calls | tojson }}{% endif %}<end>{% endfor %}",
    "{% if add_generation_prompt %}<assistant>{% endif %}",
  ].join("");
  const files = new Map([["chat_template.jinja", new TextEncoder().encode(template)]]);
  await savePretrained(folder, { model, tokenizer, files });
  model.dispose();
}

/** Writes an untrained classifier of images of 4 x 6 pixels. */
export async function writeTinyClassifier(folder: string): Promise<void> {
  await initBackend("cpu");
  const sizes = { patchSize: 2, dModel: 8, numLayers: 2, numHeads: 4, labels: ["cat", "dog", "tram"] };
  const model = new VitClassifier(Params.initialized(5), vitConfig({ imageSize: [4, 6], ...sizes }));
  await savePretrained(folder, { model });
  model.dispose();
}
