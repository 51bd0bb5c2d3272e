/** What every engine of the case lora-step is told. */
export interface LoraStepWork {
  /** A Llama's folder with `config.json` and `model.safetensors`, its adapter in `adapter/`, and {@link LoraBatch} in batch.json. */
  readonly folder: string;
}

/** `texts` rows of `length` ids without padding, each of which is also a label. */
export interface LoraBatch {
  readonly texts: number;
  readonly length: number;
  readonly ids: readonly number[];
}

export const LEARNING_RATE = 5e-4;

/** Four texts of 128 tokens, as instructions and their answers are long. */
export function newLoraBatch(vocabulary: number, texts = 4, length = 128): LoraBatch {
  return { texts, length, ids: Array.from({ length: texts * length }, (_, i) => 1 + ((i * 7919) % (vocabulary - 1))) };
}
