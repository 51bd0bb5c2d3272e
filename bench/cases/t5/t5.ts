import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { t5 } from "@qkv/transformer";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import type { DecodeWork, Sources } from "../decode/work.ts";
import { decoderModel, encoderModel } from "./t5Graphs.ts";

/** The sizes of https://huggingface.co/google-t5/t5-small: 61 million parameters, 242 MB. */
const T5_SMALL = {
  model_type: "t5",
  vocab_size: 32128,
  d_model: 512,
  d_kv: 64,
  d_ff: 2048,
  num_layers: 6,
  num_heads: 8,
  feed_forward_proj: "relu",
  pad_token_id: 0,
  eos_token_id: 1,
  decoder_start_token_id: 0,
};

/** A text of 200 tokens to 64, greedy, with a key-value cache, as a text is summarized; the engines are those of `decode`. */
export const t5Case: BenchCase = async (folder, { threads, isShort }) => {
  const config = t5.parseConfig(sizedConfig(T5_SMALL, isShort));
  await writeRandomFolder(folder, {
    build: (params) => t5.build(params, config),
    onnx: (state) => ({
      "encoder_model.onnx": encoderModel(state, config),
      "decoder_model_merged.onnx": decoderModel(state, config),
    }),
  });
  const ids = Array.from({ length: 199 }, (_, i) => 2 + ((i * 7919) % (config.vocabSize - 2)));
  const sources: Sources = { ids: [[...ids, config.eosTokenId]], maxNewTokens: isShort ? 4 : 64 };
  await writeFile(join(folder, "sources.json"), JSON.stringify(sources));

  const work: DecodeWork = { folder, family: "t5", beams: 1 };
  const engine = (file: string) => new URL(`../decode/${file}`, import.meta.url);
  return [
    {
      ours: oursOnEachBackend(engine("ours.ts"), threads, work),
      peers: transformersJsPeers(engine("transformersJs.ts"), { ...work, threads }),
      tolerance: 0, // the same ids
      milliseconds: 1500,
    },
  ];
};
