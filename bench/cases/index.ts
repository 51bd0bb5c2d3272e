import type { BenchCase } from "../harness/benchCase.ts";
import { attentionLongCase } from "./attention-long/attentionLong.ts";
import { classificationCase } from "./classification/classification.ts";
import { decodeCase } from "./decode/decode.ts";
import { embeddingsCase } from "./embeddings/embeddings.ts";
import { encoderCase } from "./encoder/encoder.ts";
import { llama1bCase, llamaCase } from "./llama/llama.ts";
import { loadCase } from "./load/load.ts";
import { loraStepCase } from "./lora-step/loraStep.ts";
import { t5Case } from "./t5/t5.ts";
import { tokenizersCase } from "./tokenizers/tokenizers.ts";
import { trainStepCase } from "./train-step/trainStep.ts";
import { vitCase } from "./vit/vit.ts";
import { whisperCase } from "./whisper/whisper.ts";

/** The cases by the names that commandLine.mjs lists. */
export const CASES: Readonly<Record<string, BenchCase>> = {
  encoder: encoderCase(384),
  "encoder-base": encoderCase(768),
  vit: vitCase,
  embeddings: embeddingsCase,
  classification: classificationCase,
  whisper: whisperCase,
  t5: t5Case,
  "train-step": trainStepCase,
  "lora-step": loraStepCase,
  decode: decodeCase,
  llama: llamaCase,
  "llama-1b": llama1bCase,
  "attention-long": attentionLongCase,
  load: loadCase,
  tokenizers: tokenizersCase,
};
