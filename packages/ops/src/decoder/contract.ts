import type * as tf from "@tensorflow/tfjs-core";
import type { RowFormat } from "../cachedRows.ts";
import type {
  LinearWeights,
  NormAttrs,
  NormWeights,
  RotaryAngles,
  TransformerLayerAttrs,
  TransformerLayerWeights,
} from "../transformerLayer/contract.ts";
import type { Weight } from "../weights/weight.ts";

// What the kernel QkvRecordDecoder is told of a decoder, and what it gives. As of a layer, no field of a description is optional.

/** The weights of a decoder of width E, without adapters. */
export interface DecoderWeights {
  /** [V, E] */
  readonly embedding: Weight | tf.Tensor;
  /** [P, E], added to the vectors of tokens. */
  readonly positions: Weight | tf.Tensor | undefined;
  readonly embeddingNorm: NormWeights | undefined;
  readonly layers: readonly TransformerLayerWeights[];
  /** Of the last layer's output. */
  readonly norm: NormWeights | undefined;
  /** [V, E] and [V]: the embedding itself where they are tied. */
  readonly head: LinearWeights;
}

/** The attributes of a decoder. */
export interface DecoderAttrs {
  /** Factor of the vectors of tokens. */
  readonly embeddingScale: number | undefined;
  /** The row of `positions` of the first token of a text. */
  readonly positionOffset: number;
  readonly embeddingNorm: NormAttrs | undefined;
  readonly layers: readonly TransformerLayerAttrs[];
  readonly norm: NormAttrs | undefined;
  /** Factor of the logits, their bias included. */
  readonly logitScale: number | undefined;
  /** Keeps logits between ±logitSoftcap. */
  readonly logitSoftcap: number | undefined;
}

/** Keys and values of a layer: [B, G, C, D] each, or in fewer bits [B, G, C, W] of int32. */
export interface LayerKeyValues {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/** Draws from the softmax of logits that are divided by `temperature`, and narrowed as Hugging Face's warpers do. */
export interface DecoderSampling {
  readonly temperature: number;
  /** 0: all. */
  readonly topK: number;
  /** 1: all. */
  readonly topP: number;
}

/** How the next token of each row is chosen. */
export interface DecoderChoice {
  /** The likeliest token where it is undefined. */
  readonly sampling: DecoderSampling | undefined;
  /**
   * Number of likeliest tokens that are given for each row, for a search that chooses by itself: then none is chosen, and the
   * tokens of each step are told. 0: one is chosen.
   */
  readonly candidates: number;
  /** For tokens that are forbidden: they may come from this place of a text on. Infinity: never. */
  readonly allowedFrom: ReadonlyMap<number, number>;
}

/** Texts of B rows that a decoder goes on with. */
export interface DecoderState {
  /** Of each layer, with room for C positions, which steps write in place. */
  readonly keyValues: readonly LayerKeyValues[];
  /** How they are held if not as floats. */
  readonly rowFormat?: RowFormat | undefined;
  /** Of each layer, of C positions from the first on. */
  readonly angles: readonly (RotaryAngles | undefined)[];
  /** Of each layer, [M, H, S, D], M a divisor of B: so many rows after one another read the same. */
  readonly memory: readonly LayerKeyValues[] | undefined;
  /** [M, 1, 1, S] bool, true keeps. */
  readonly memoryMask: tf.Tensor | undefined;
  readonly choice: DecoderChoice;
}

/** What a step reads. */
export interface DecoderStep {
  /** Number of positions before the one that is read. */
  readonly position: number;
  /** The token to read of each row. Default those that the last step chose, which are on the device. */
  readonly tokens?: readonly number[] | undefined;
  /** The token that is chosen whatever the logits are. */
  readonly forced?: number | undefined;
  /** For each row a number from 0 to 1 that the draw is made by. */
  readonly draws?: readonly number[] | undefined;
  /** The row that each row continues, of those before this step: beams. Default its own. */
  readonly parents?: readonly number[] | undefined;
}

/** What is read back of a step: of each row the token that was chosen, or the candidates from the best on. */
export interface DecodedTokens {
  /** [B], or [B * candidates]; -1 where no token may come. */
  readonly tokens: Int32Array;
  /** Their log-probabilities, NaN where the logits of the row are not finite. */
  readonly logProbabilities: Float32Array;
}

/**
 * A decoder's step, recorded: all that a token needs was made once. Whoever records it disposes of it.
 *
 * A step is given to the device at once, and what it chose arrives later: the next one may be given before.
 */
export interface RecordedDecoder {
  /** Whether the weights still are in the memory that they were in. */
  isCurrent(): boolean;
  /** Reads one token of each row. @throws DeviceLostError, at once or later */
  step(step: DecoderStep): Promise<DecodedTokens>;
  /** Reads the logits of the last step, [B, V]: for tests, and for what is chosen elsewhere. */
  logits(): Promise<Float32Array>;
  /** Frees what was made on the device. */
  dispose(): void;
}
