import { buildEncoder, distilbert } from "@qkv/transformer";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { type TextsWork, writeBatches } from "../../weights/textBatches.ts";
import { wordPieces } from "../../weights/wordPieces.ts";
import { distilBertModel } from "./distilBertGraph.ts";

/**
 * The sizes of https://huggingface.co/distilbert/distilbert-base-uncased-finetuned-sst-2-english: 67 million parameters,
 * 268 MB.
 */
const SST_2 = {
  model_type: "distilbert",
  vocab_size: 30522,
  dim: 768,
  n_layers: 6,
  n_heads: 12,
  hidden_dim: 3072,
  activation: "gelu",
  max_position_embeddings: 512,
  pad_token_id: 0,
  id2label: { 0: "NEGATIVE", 1: "POSITIVE" },
  label2id: { NEGATIVE: 0, POSITIVE: 1 },
};

/** Texts to the scores of two classes: a sentence, a paragraph, and a batch of sentences. */
export const classificationCase: BenchCase = async (folder, { threads, isShort }) => {
  const words = wordPieces(SST_2.vocab_size);
  const config = distilbert.parseConfig(sizedConfig(SST_2, isShort));
  await writeRandomFolder(folder, {
    build: (params) => buildEncoder(distilbert, "sequenceClassification", params, config),
    tokenizer: words.tokenizer,
    onnx: (state) => ({ "model.onnx": distilBertModel(state, config) }),
  });
  const works: TextsWork[] = [
    { folder, batch: 1, tokens: 32 },
    { folder, batch: 1, tokens: 128 },
    { folder, batch: 16, tokens: 32 },
  ];
  for (const work of works) await writeBatches(work, words);
  return works.map((work) => race(work, threads));
};

function race(work: TextsWork, threads: number): Race {
  const { batch, tokens } = work;
  return {
    variant: `${batch} ${batch === 1 ? "text" : "texts"} of ${tokens} tokens`,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
    peers: transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { ...work, threads }),
    tolerance: 1e-4,
  };
}
