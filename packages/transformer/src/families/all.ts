import { albert } from "./albert/index.ts";
import { bart } from "./bart/index.ts";
import { bert } from "./bert/index.ts";
import { bloom } from "./bloom/index.ts";
import { cohere } from "./cohere/index.ts";
import { debertaV2 } from "./debertaV2/index.ts";
import { distilbert } from "./distilbert/index.ts";
import { electra } from "./electra/index.ts";
import { falcon } from "./falcon/index.ts";
import { gemma } from "./gemma/index.ts";
import { gpt2 } from "./gpt2/index.ts";
import { gptJ } from "./gptJ/index.ts";
import { gptNeoX } from "./gptNeoX/index.ts";
import { granite } from "./granite/index.ts";
import { llama } from "./llama/index.ts";
import { m2m100 } from "./m2m100/index.ts";
import { marian } from "./marian/index.ts";
import { modernbert } from "./modernbert/index.ts";
import { moe } from "./moe/index.ts";
import { mpnet } from "./mpnet/index.ts";
import { olmo2 } from "./olmo2/index.ts";
import { opt } from "./opt/index.ts";
import { pegasus } from "./pegasus/index.ts";
import { phi } from "./phi/index.ts";
import { phi3 } from "./phi3/index.ts";
import { roberta } from "./roberta/index.ts";
import { stableLm } from "./stableLm/index.ts";
import { t5 } from "./t5/index.ts";
import { wav2vec2 } from "./wav2vec2/index.ts";
import { whisper } from "./whisper/index.ts";

/** Families of decoder-only language models. */
export const CAUSAL_FAMILIES = [
  ...([gpt2, llama, gemma, phi3, olmo2, granite, moe] as const),
  ...([gptNeoX, gptJ, phi, stableLm, cohere, opt, bloom, falcon] as const),
] as const;

/** Families of encoder-decoders. */
export const SEQ2SEQ_FAMILIES = [marian, t5, bart, m2m100, pegasus] as const;

/** Families of encoders of text. */
export const ENCODER_FAMILIES = [bert, roberta, distilbert, mpnet, electra, albert, debertaV2, modernbert] as const;

/** Families of models that write what they hear. */
export const SPEECH_FAMILIES = [whisper, wav2vec2] as const;

export { DECODER_HEAD_FAMILIES } from "./decoderHeads.ts";
