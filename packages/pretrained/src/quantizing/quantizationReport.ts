import type { QuantizationFormat } from "./quantizationFormats.ts";

/** A matrix or table that was quantized. */
export interface QuantizedLayer {
  /** Its name, as `model.params.weights()` has it. */
  readonly name: string;
  /** [O, I] */
  readonly shape: readonly number[];
  readonly format: QuantizationFormat;
  /** Root mean square of the differences, over that of the numbers before: 0.01 is one per cent. */
  readonly error: number;
  /** The same with the importance of each column, where it was given: an estimate of the error of what the matrix gives. */
  readonly weightedError?: number;
  /** Bytes that a file has for it, before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A matrix or table that stayed as it was. */
export interface KeptLayer {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its format: `f32`. */
  readonly format: string;
  /** In words: `rows of 48 numbers, no multiple of 32`. */
  readonly reason: string;
  readonly bytes: number;
}

/** The outcome of quantizing a model. */
export interface QuantizationReport {
  readonly format: QuantizationFormat;
  /** In the order of the model's parameters. */
  readonly layers: readonly QuantizedLayer[];
  readonly kept: readonly KeptLayer[];
  /** Bytes that a file has for all parameters, norms and biases among them, before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}
