import type { DecoderConfig } from "../decoders/createDecoder.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import type { PreTokenizerConfig } from "../preTokenizers/createPreTokenizer.ts";

/** The parts of a tokenizer around its model: the first two cut the words that a trainer counts. */
export interface PipelineOptions {
  readonly normalizer?: NormalizerConfig | null;
  readonly preTokenizer?: PreTokenizerConfig | null;
  readonly postProcessor?: PostProcessorConfig | null;
  readonly decoder?: DecoderConfig | null;
}

/** How far a training is. */
export interface TrainingProgress {
  /** Texts are read first; then the model learns from their words. */
  readonly stage: "reading" | "learning";
  /** Texts, or tokens or rounds so far. */
  readonly done: number;
  /** Of how many, where that is known; an estimate for rounds. */
  readonly total?: number;
}

declare global {
  // As in the DOM's types and Node's: this package's hold without either.
  interface AbortSignal {}
}

/** What every training takes. */
export interface TrainingOptions extends PipelineOptions {
  /** As of {@link TokenizerOptions}: for each text that is read, and for the tokenizer that comes of it. */
  readonly maxSteps?: number;
  /** Hears how far it is. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Ends the training: its promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}
