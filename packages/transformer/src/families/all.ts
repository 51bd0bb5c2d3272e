import { albert } from "./albert/index.ts";
import { bert } from "./bert/index.ts";
import { debertaV2 } from "./debertaV2/index.ts";
import { distilbert } from "./distilbert/index.ts";
import { electra } from "./electra/index.ts";
import { gpt2 } from "./gpt2/index.ts";
import { llama } from "./llama/index.ts";
import { marian } from "./marian/index.ts";
import { mpnet } from "./mpnet/index.ts";
import { roberta } from "./roberta/index.ts";
import { t5 } from "./t5/index.ts";
import { whisper } from "./whisper/index.ts";

/** Families of decoder-only language models. */
export const CAUSAL_FAMILIES = [gpt2, llama] as const;

/** Families of encoder-decoders. */
export const SEQ2SEQ_FAMILIES = [marian, t5] as const;

/** Families of encoders of text. */
export const ENCODER_FAMILIES = [bert, roberta, distilbert, mpnet, electra, albert, debertaV2] as const;

/** Families of models that write what they hear. */
export const SPEECH_FAMILIES = [whisper] as const;
