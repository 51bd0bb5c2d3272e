// A tiny Marian model whose languages have a vocabulary each, in the form that OPUS-MT's have.
import { readFileSync } from "node:fs";
import { Params } from "@qkv/nn";
import { pretrainedFiles } from "@qkv/pretrained";
import { marian } from "@qkv/transformer";

const TOKENIZERS = new URL("../../../packages/tokenizers/test/golden/formats/marian.json", import.meta.url);

interface Vocabulary {
  readonly spm: string;
  readonly vocab: Readonly<Record<string, number>>;
}

/** Its files, with weights drawn by chance and the tokenizers of a golden. */
export async function twoVocabularies(): Promise<Map<string, Uint8Array>> {
  const { two: target, ...source } = JSON.parse(readFileSync(TOKENIZERS, "utf8")) as Vocabulary & { two: Vocabulary };
  const size = ({ vocab }: Vocabulary) => Object.keys(vocab).length;
  const pad = source.vocab["<pad>"] ?? 0;
  const config = marian.parseConfig({
    ...{ model_type: "marian", pad_token_id: pad, decoder_start_token_id: pad, eos_token_id: 0 },
    ...{ vocab_size: size(source), decoder_vocab_size: size(target), share_encoder_decoder_embeddings: false },
    ...{ d_model: 16, encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 19, max_position_embeddings: 64 },
    ...{ decoder_layers: 1, decoder_attention_heads: 4, decoder_ffn_dim: 11, max_length: 24 },
  });
  const model = marian.build(Params.initialized(5), config);
  const files = await pretrainedFiles({ model });
  model.dispose();
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const pieces = ({ spm }: Vocabulary) => new Uint8Array(Buffer.from(spm, "base64"));
  return new Map([
    ...files,
    ...([
      ["source.spm", pieces(source)],
      ["target.spm", pieces(target)],
    ] as const),
    ...([
      ["vocab.json", json(source.vocab)],
      ["target_vocab.json", json(target.vocab)],
    ] as const),
    ["tokenizer_config.json", json({ separate_vocabs: true })],
  ]);
}
