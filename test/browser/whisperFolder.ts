// A tiny Whisper of random weights that hears two seconds at once, as a model folder.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { pretrainedFiles } from "@qkv/pretrained";
import { whisper } from "@qkv/transformer";

const WORDS = [
  "the",
  "rain",
  "in",
  "Spain",
  "stays",
  "mainly",
  "on",
  "plain",
  "and",
  "never",
  "falls",
  "again",
  ",",
  ".",
];
const END = WORDS.length;
const [START, NO_TIMESTAMPS] = [END + 1, END + 3]; // between them: nobody speaks
const [SECONDS, STEPS] = [2, 100];
const SIZE = NO_TIMESTAMPS + 1 + STEPS + 1;
const spaced = (word: string) => (/\w/.test(word) ? `Ġ${word}` : word);

const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

/** Its files, with weights drawn by chance. */
export async function whisperFolder(seed = 5, width = 16): Promise<Map<string, Uint8Array>> {
  await initBackend("cpu");
  const config = whisper.parseConfig({
    ...{ model_type: "whisper", vocab_size: SIZE, num_mel_bins: 8, d_model: width, max_source_positions: STEPS },
    ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 2 * width, max_target_positions: 24 },
    ...{ decoder_layers: 2, decoder_attention_heads: 2, decoder_ffn_dim: 2 * width, init_std: 0.5 },
    ...{ pad_token_id: END, bos_token_id: END, eos_token_id: END, decoder_start_token_id: START },
  });
  const model = whisper.build(Params.initialized(seed), config);
  const special = { eos_token_id: END, decoder_start_token_id: START, pad_token_id: END };
  const generation = { no_timestamps_token_id: NO_TIMESTAMPS, is_multilingual: false, max_initial_timestamp_index: 20 };
  const alignment = [
    [0, 1],
    [1, 0],
  ];
  const files = await pretrainedFiles({
    model,
    generationConfig: { ...special, ...generation, alignment_heads: alignment },
  });
  model.dispose();
  const names = ["<|endoftext|>", "<|startoftranscript|>", "<|nospeech|>", "<|notimestamps|>"];
  const vocab = Object.fromEntries([...WORDS.map(spaced), ...names].map((token, id) => [token, id]));
  const added = names.map((content, i) => ({ id: END + i, content, special: true }));
  const fields = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return new Map([
    ...files,
    [
      "tokenizer.json",
      bytesOf({
        added_tokens: added.map((token) => ({ ...token, ...fields })),
        model: { type: "WordLevel", vocab, unk_token: spaced("the") },
        decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      }),
    ],
    ["tokenizer_config.json", bytesOf({ tokenizer_class: "PreTrainedTokenizerFast" })],
    [
      "preprocessor_config.json",
      bytesOf({ feature_size: 8, sampling_rate: 16_000, hop_length: 160, n_fft: 400, chunk_length: SECONDS }),
    ],
  ]);
}

/** A sound of some seconds that goes up and down. */
export function sweep(seconds: number, sampleRate = 16_000): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => {
    const t = i / sampleRate;
    return 0.6 * Math.sin(2 * Math.PI * (300 + 200 * Math.sin(t)) * t) * Math.abs(Math.sin(3 * t));
  });
}
