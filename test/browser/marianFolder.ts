// A tiny Marian model in the form that OPUS-MT's have: the tokenizer as SentencePiece's files with vocab.json.
import { readFileSync } from "node:fs";
import { Params } from "@qkv/nn";
import { pretrainedFiles } from "@qkv/pretrained";
import { marian } from "@qkv/transformer";

const TOKENIZER = new URL("../../packages/tokenizers/test/golden/formats/marian.json", import.meta.url);

/** Its files, with weights drawn by chance and the tokenizer of a golden. */
export async function marianFolder(): Promise<Map<string, Uint8Array>> {
  const { spm, vocab } = JSON.parse(readFileSync(TOKENIZER, "utf8")) as { spm: string; vocab: Record<string, number> };
  const size = Object.keys(vocab).length;
  const pad = vocab["<pad>"] ?? 0;
  const config = marian.parseConfig({
    ...{ model_type: "marian", vocab_size: size, pad_token_id: pad, decoder_start_token_id: pad, eos_token_id: 0 },
    ...{ d_model: 16, encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 19, max_position_embeddings: 64 },
    ...{ decoder_layers: 1, decoder_attention_heads: 4, decoder_ffn_dim: 11, max_length: 24, bad_words_ids: [[pad]] },
  });
  const model = marian.build(Params.initialized(5), config);
  const files = await pretrainedFiles({ model, generationConfig: { num_beams: 3 } });
  model.dispose();
  const pieces = new Uint8Array(Buffer.from(spm, "base64"));
  return new Map([
    ...files,
    ["source.spm", pieces],
    ["target.spm", pieces],
    ["vocab.json", new TextEncoder().encode(JSON.stringify(vocab))],
  ]);
}
