import { bert } from "./bert/index.ts";
import { gpt2 } from "./gpt2/index.ts";
import { llama } from "./llama/index.ts";
import { marian } from "./marian/index.ts";
import { t5 } from "./t5/index.ts";
import { whisper } from "./whisper/index.ts";

/** Families of decoder-only language models. */
export const CAUSAL_FAMILIES = [gpt2, llama] as const;

/** Families of encoder-decoders. */
export const SEQ2SEQ_FAMILIES = [marian, t5] as const;

/** Families of encoders of text. */
export const ENCODER_FAMILIES = [bert] as const;

/** Families of models that write what they hear. */
export const SPEECH_FAMILIES = [whisper] as const;
