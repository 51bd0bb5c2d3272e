import type { DecoderConfig } from "../decoders/createDecoder.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import type { PreTokenizerConfig } from "../preTokenizers/createPreTokenizer.ts";

/** The parts of a tokenizer around its model: the first two produce the words that a trainer counts. */
export interface PipelineOptions {
  readonly normalizer?: NormalizerConfig | null;
  readonly preTokenizer?: PreTokenizerConfig | null;
  readonly postProcessor?: PostProcessorConfig | null;
  readonly decoder?: DecoderConfig | null;
}

/** Progress of a training. */
export interface TrainingProgress {
  /** Texts are read first; then the model learns from their words. */
  readonly stage: "reading" | "learning";
  /** The number of texts, or of tokens or rounds, so far. */
  readonly done: number;
  /** The total, if known; an estimate for rounds. */
  readonly total?: number;
}

declare global {
  // As in the DOM's types and Node's: this package's hold without either.
  interface AbortSignal {}
}

/** Options of every training. */
export interface TrainingOptions extends PipelineOptions {
  /** As in {@link TokenizerOptions}: for each text that is read, and for the trained tokenizer. */
  readonly maxSteps?: number;
  /** Called with the progress. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Aborts the training: its promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}
