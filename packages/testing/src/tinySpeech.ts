// The tiny models of speech that golden/make_whisper.py and golden/make_wav2vec2.py wrote, as folders.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensors, writeSafetensors } from "@qkv/safetensors";

const GOLDEN = fileURLToPath(new URL("../../transformer/test/golden", import.meta.url));

const vocab = Object.fromEntries(Array.from({ length: 19 }, (_, id) => [`t${id}`, id]));
const FILES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  whisper: {
    "tokenizer.json": {
      ...{ model: { type: "WordLevel", vocab, unk_token: "t0" }, added_tokens: [] },
      pre_tokenizer: { type: "Whitespace" },
    },
    "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizerFast" },
    "preprocessor_config.json": { feature_size: 5, sampling_rate: 1400, hop_length: 100, n_fft: 100, chunk_length: 1 },
    "generation_config.json": {
      ...{ eos_token_id: 1, decoder_start_token_id: 2, pad_token_id: 1, no_timestamps_token_id: 10 },
      ...{ is_multilingual: false, alignment_heads: [[0, 1]] },
    },
  },
  hubert: {
    "vocab.json": Object.fromEntries(["<pad>", "|", ..."ETAOINSHR"].map((token, id) => [token, id])),
    "preprocessor_config.json": { sampling_rate: 1600, do_normalize: true },
  },
};

/** The files of a model of golden/make_whisper.py, golden/make_wav2vec2.py or golden/make_t5.py. @param more files beside it, by name, as JSON */
export function speechFiles(
  name: string,
  more: Readonly<Record<string, unknown>> = {},
  changes: object = {},
): Map<string, Uint8Array<ArrayBuffer>> {
  const { tensors } = parseSafetensors(readFileSync(join(GOLDEN, `${name}.safetensors`)));
  const weights = [...tensors].filter(([key]) => key.startsWith("weights/"));
  const stored = new Map(weights.map(([key, tensor]) => [key.slice("weights/".length), tensor]));
  const { config } = JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), "utf8")) as { config: object };
  const json = Object.entries({ "config.json": { ...config, ...changes }, ...more });
  return new Map([
    ["model.safetensors", writeSafetensors(stored) as Uint8Array<ArrayBuffer>],
    ...json.map(([file, value]) => [file, new TextEncoder().encode(JSON.stringify(value))] as const),
  ]);
}

/** The files of the tiny models of speech, by name. */
export function tinySpeech(name: "whisper" | "hubert"): Map<string, Uint8Array<ArrayBuffer>> {
  return speechFiles(name, FILES[name]);
}

/** Writes a folder for each of them below `folder`. */
export function writeTinySpeech(folder: string): void {
  for (const name of ["whisper", "hubert"] as const) {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    for (const [file, bytes] of tinySpeech(name)) writeFileSync(join(own, file), bytes);
  }
}
