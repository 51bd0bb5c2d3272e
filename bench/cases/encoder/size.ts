import type { BlockSpec } from "@qkv/transformer";

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

/** One layer of ours. */
export function blockSpec({ dModel, heads, ffnDim }: EncoderSize): BlockSpec {
  return {
    dModel,
    norm: { kind: "layerNorm", eps: EPSILON, placement: "pre" },
    selfAttn: { numHeads: heads },
    ffn: { kind: "mlp", dim: ffnDim, activation: "gelu" },
  };
}

/** [1, L, E], the same for every engine. */
export function inputOf({ length, dModel }: EncoderSize): Float32Array {
  return Float32Array.from({ length: length * dModel }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
}
