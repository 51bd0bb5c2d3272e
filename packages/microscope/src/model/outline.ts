import { anatomyOf, type MicroscopeModel, type SideName } from "./anatomy.ts";

/** A stack of blocks, in numbers. */
export interface StackOutline {
  readonly name: SideName;
  readonly layers: number;
  /** Heads of each layer's self-attention. */
  readonly heads: readonly number[];
  /** Heads of each layer's attention to a memory; empty of a stack without one. */
  readonly crossHeads: readonly number[];
}

/** What there is to look at in a model. */
export interface ModelOutline {
  readonly kind: "decoder" | "encoder" | "encoderDecoder";
  /** In the order that they run in; the output is computed from the last. */
  readonly stacks: readonly StackOutline[];
  readonly vocabSize: number;
  /** The longest text that the model reads, in tokens. */
  readonly maxTokens: number;
  /** Whether a pass gives logits, of tokens or of labels. */
  readonly hasLogits: boolean;
  /** Whether the model has an output layer over tokens, so that {@link logitLens} reads it. */
  readonly hasTokenLogits: boolean;
}

/**
 * Describes a model: which stacks it has, of how many layers and heads, and what it gives.
 *
 * @throws RangeError if the model has no attention blocks, or does not read tokens
 */
export function modelOutline(model: MicroscopeModel): ModelOutline {
  const { kind, sides, vocabSize, maxTokens, hasLogits, logitsOf } = anatomyOf("modelOutline", model);
  return {
    kind,
    stacks: sides.map(({ name, layers }) => ({
      name,
      layers: layers.length,
      heads: layers.map(({ selfAttn }) => selfAttn.numHeads),
      crossHeads: layers.flatMap(({ crossAttn }) => crossAttn?.numHeads ?? []),
    })),
    vocabSize,
    maxTokens,
    hasLogits,
    hasTokenLogits: logitsOf !== undefined,
  };
}
