import { formatSpectrogramConfig, parseSpectrogramConfig } from "@qkv/audio";
import { whisper } from "@qkv/transformer";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { decoderModel, encoderModel } from "./whisperGraphs.ts";
import type { WhisperWork } from "./work.ts";

/** The sizes of https://huggingface.co/openai/whisper-tiny: 39 million parameters, 151 MB. */
const TINY = {
  model_type: "whisper",
  vocab_size: 51865,
  num_mel_bins: 80,
  d_model: 384,
  encoder_layers: 4,
  encoder_attention_heads: 6,
  encoder_ffn_dim: 1536,
  decoder_layers: 4,
  decoder_attention_heads: 6,
  decoder_ffn_dim: 1536,
  max_source_positions: 1500,
  max_target_positions: 448,
  pad_token_id: 50257,
  eos_token_id: 50257,
  decoder_start_token_id: 50258,
};

/** Thirty seconds of sound to 64 tokens: spectrogram, encoder, and greedy search with a key-value cache. */
export const whisperCase: BenchCase = async (folder, { threads, isShort }) => {
  const config = whisper.parseConfig(sizedConfig(TINY, isShort));
  // Without the class of a processor, which would want a tokenizer.
  const { processor_class: _, ...spectrogram } = formatSpectrogramConfig(parseSpectrogramConfig({}));
  await writeRandomFolder(folder, {
    build: (params) => whisper.build(params, config),
    gain,
    files: new Map([["preprocessor_config.json", new TextEncoder().encode(JSON.stringify(spectrogram))]]),
    onnx: (state) => ({
      "encoder_model.onnx": encoderModel(state, config),
      "decoder_model_merged.onnx": decoderModel(state, config),
    }),
  });
  const work: WhisperWork = { folder, maxNewTokens: isShort ? 4 : 64 };
  return [
    {
      ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
      peers: transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { ...work, threads }),
      tolerance: 0, // the same ids
      milliseconds: 1500,
    },
  ];
};

/**
 * Positions as large as what layers add, and attention to few of them, as of a trained model: otherwise one token is
 * repeated whatever is heard. Larger tokens would repeat themselves, by the output layer that is tied to them.
 */
function gain(path: string): number {
  if (path.includes("positions")) return Math.sqrt(TINY.d_model);
  return /embedding|qProj.weight/.test(path) ? 4 : 1;
}
