import type { TransformerLayerConfig } from "@qkv/transformer";

/** What every engine of the case encoder is told: a stack of pre-norm layers without dropout, and its input. */
export interface EncoderSize {
  /** Holds weights.safetensors and encoder.onnx. */
  readonly folder: string;
  readonly layers: number;
  readonly dModel: number;
  readonly heads: number;
  readonly ffnDim: number;
  /** Tokens of the one sequence: 196 patches and a class token, as a ViT sees an image. */
  readonly length: number;
}

/** As ViT's and DeiT's configs have it. */
export const EPSILON = 1e-6;

/** The configuration of one layer of ours. */
export function layerConfig({ dModel, heads, ffnDim }: EncoderSize): TransformerLayerConfig {
  return {
    dModel,
    numHeads: heads,
    ffnDim,
    activation: "gelu",
    normOrder: "pre",
    layerNormEps: EPSILON,
    dropout: 0,
    attentionDropout: 0,
    activationDropout: 0,
  };
}

/** [1, L, E], the same for every engine. */
export function inputOf({ length, dModel }: EncoderSize): Float32Array {
  return Float32Array.from({ length: length * dModel }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
}
