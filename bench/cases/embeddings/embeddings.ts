import { bert } from "@qkv/transformer";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { type TextsWork, writeBatches } from "../../weights/textBatches.ts";
import { wordPieces } from "../../weights/wordPieces.ts";
import { bertModel } from "./bertGraph.ts";

/** The sizes of https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2: 23 million parameters. */
const MINI_LM = {
  model_type: "bert",
  vocab_size: 30522,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: "gelu",
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
};

/** Texts to vectors of length 1, the means of their tokens': one text as a query, and 32 as an index is made. */
export const embeddingsCase: BenchCase = async (folder, { threads, isShort }) => {
  const words = wordPieces(MINI_LM.vocab_size);
  const config = bert.parseConfig(sizedConfig(MINI_LM, isShort));
  await writeRandomFolder(folder, {
    build: (params) => bert.build(params, config),
    tokenizer: words.tokenizer,
    onnx: (state) => ({ "model.onnx": bertModel(state, config) }),
  });
  const works = [1, 32].flatMap((batch) => [16, 128].map((tokens): TextsWork => ({ folder, batch, tokens })));
  for (const work of works) await writeBatches(work, words);
  return works.map((work) => race(work, threads));
};

function race(work: TextsWork, threads: number): Race {
  const { batch, tokens } = work;
  return {
    variant: `${batch} ${batch === 1 ? "text" : "texts"} of ${tokens} tokens`,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
    peers: transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { ...work, threads }),
    tolerance: 1e-5, // of vectors of length 1, so that their cosine is above 0.9999
  };
}
