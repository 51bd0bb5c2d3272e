import type { LearnedPositions, RotaryPositions } from "@qkv/attention";
import type { Embedding } from "@qkv/nn";
import type { DecoderAttrs, DecoderWeights } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { asBuilt } from "../block/asBuilt.ts";
import type { Block } from "../block/block.ts";
import { normAttrs } from "../block/fusedAttrs.ts";
import type { Norm } from "../block/norm.ts";
import type { PositionBias } from "../block/positionBias.ts";
import type { NormSpec } from "../block/spec.ts";

/** A decoder as kernels are told of it, which run a whole step of it. */
export interface DecoderDescription {
  /** Those that are tensors may end with the tidy that they were made in. */
  readonly weights: DecoderWeights;
  readonly attrs: DecoderAttrs;
  /** Of each layer. */
  readonly rotary: readonly (RotaryPositions | undefined)[];
  /** Whether the modules still are as they were built, without adapters: else the description is of others. */
  readonly isCurrent: () => boolean;
  /** Vectors of the first `count` positions, [count, E], if they are computed. */
  readonly fixedPositions?: ((count: number) => tf.Tensor) | undefined;
}

/** What is described of a decoder without its output layer. */
export interface DecoderBodyDescription extends Pick<DecoderDescription, "rotary" | "isCurrent" | "fixedPositions"> {
  readonly weights: Omit<DecoderWeights, "head">;
  readonly attrs: Omit<DecoderAttrs, "logitScale" | "logitSoftcap">;
}

/** The modules of a decoder below its output layer. */
export interface DecoderBody {
  readonly embedding: Embedding;
  readonly positions?: LearnedPositions | undefined;
  readonly embeddingNorm?: Norm | undefined;
  readonly layers: readonly Block[];
  readonly norm?: Norm | undefined;
  readonly positionBias?: PositionBias | undefined;
}

/** What its modules do not say of it. */
export interface DecoderBodySpec {
  readonly embeddingScale: number | undefined;
  /** The row of the learned positions of the first token. */
  readonly positionOffset: number;
  readonly embeddingNorm: NormSpec | undefined;
  readonly norm: NormSpec | undefined;
}

/**
 * Prepares the description of a decoder without its output layer: a function that gives it, or says why no kernel may run the
 * decoder as it is then.
 */
export function describeBody(body: DecoderBody, spec: DecoderBodySpec): () => DecoderBodyDescription | string {
  const { embedding, positions, embeddingNorm, norm } = body;
  const isAsBuilt = asBuilt({ embedding, positions, embeddingNorm, norm });
  return () => {
    if (!isAsBuilt()) return "tables or norms have an adapter, or were replaced";
    if (body.positionBias !== undefined) return "a bias by positions is added to the scores";
    const described = body.layers.map((layer) => layer.describe());
    const odd = described.indexOf(undefined);
    if (odd !== -1) return `layer ${odd} has to be composed: of its kind, or of an adapter or a module that was replaced`;
    const layers = described.filter((layer) => layer !== undefined);
    if (layers.some(({ rotary }) => rotary !== undefined && !isOfPositionAlone(rotary))) return LENGTH_DEPENDS;
    return {
      weights: {
        embedding: embedding.weight,
        positions: positions?.weight,
        embeddingNorm,
        layers: layers.map(({ weights }) => weights),
        norm,
      },
      attrs: {
        embeddingScale: spec.embeddingScale,
        positionOffset: spec.positionOffset,
        embeddingNorm: spec.embeddingNorm && normAttrs(spec.embeddingNorm),
        layers: layers.map(({ attrs }) => attrs),
        norm: spec.norm && normAttrs(spec.norm),
      },
      rotary: layers.map(({ rotary }) => rotary),
      isCurrent: () => isAsBuilt() && body.layers.every((layer) => layer.describe() !== undefined),
    };
  };
}

/** The reason where `decode` was replaced. */
export const OWN_DECODE = "decode is not the model's own";

/** The reason where the output layer is not what it was. */
export const OUTPUT_CHANGED = "the output layer has an adapter, or was replaced";

/** The reason not to record a decoder whose angles change as a text grows. */
export const LENGTH_DEPENDS = "rotary positions depend on the length of the text";

function isOfPositionAlone({ config }: RotaryPositions): boolean {
  return config !== undefined && config.scaling?.type !== "dynamic" && config.scaling?.type !== "longrope";
}
