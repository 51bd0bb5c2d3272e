/** Settings of speech recognition. */
export interface SpeechRecognitionSettings {
  /** The language that is spoken, as a Whisper's code for it: `en`. Default that of the model's files; a model of one language needs none. */
  readonly language?: string | undefined;
  /** Whether a Whisper writes in that language or in English. Default as the model's files say, else `transcribe`. */
  readonly task?: "transcribe" | "translate" | undefined;
  /** Whether the convolutions of a wav2vec 2.0 or a HuBERT stay as they are. Default true. */
  readonly freezeFeatures?: boolean | undefined;
  /** Of a Whisper, the share of the probability spread over all tokens. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The most tokens of a text. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
  /** The longest sound, in seconds. Default 30, or what the model takes. */
  readonly maxSeconds?: number | undefined;
}

/** The objective, in messages. */
export const NAME = "speech-recognition";
