import type { LayerNorm, PassOptions, RMSNorm, Taps } from "@qkv/nn";
import { tidy } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import type { Block } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { checkInputs, type MicroscopeInputs } from "./inputs.ts";

/** A model of attention blocks that reads tokens, of any family that `loadPretrained` of `@qkv/pretrained` opens. */
export interface MicroscopeModel {
  readonly activations: readonly string[];
  /** Runs the model; its logits or hidden states are the caller's. */
  forward(inputs: never, options?: PassOptions): object;
}

/** The name of a stack of blocks in an encoder-decoder. */
export type SideName = "encoder" | "decoder";

/** A stack of blocks, with the path that its activations begin with. */
export interface Side {
  readonly name: SideName;
  /** `""`, `encoder.` or `decoder.` */
  readonly prefix: string;
  readonly layers: readonly Block[];
  /** Absent if nothing norms the last block's output. */
  readonly norm?: LayerNorm | RMSNorm | undefined;
}

/** What the microscope has to know of a model. */
export interface Anatomy {
  readonly kind: "decoder" | "encoder" | "encoderDecoder";
  /** The class, for messages. */
  readonly className: string;
  /** In the order that they run in. */
  readonly sides: readonly Side[];
  /** The stack that the output is computed from. */
  readonly last: Side;
  readonly vocabSize: number;
  readonly maxTokens: number;
  /** Whether a pass gives logits, not hidden states. */
  readonly hasLogits: boolean;
  /** Logits of hidden states [B, L, E] after the last norm; absent if the model has no output layer over tokens. */
  readonly logitsOf?: ((x: tf.Tensor) => tf.Tensor3D) | undefined;
}

interface Stacked {
  readonly layers?: readonly Block[];
  readonly norm?: LayerNorm | RMSNorm;
  readonly embedding?: object;
  readonly embeddings?: object;
}

type Parts = MicroscopeModel &
  Stacked & {
    readonly encoder?: Stacked;
    readonly decoder?: Stacked;
    readonly config?: {
      readonly vocabSize?: number;
      readonly decoderVocabSize?: number;
      readonly maxPositions?: number;
    };
    logitsOf?(x: tf.Tensor): tf.Tensor3D;
  };

/**
 * Finds the stacks of a model.
 *
 * @param who for errors
 * @throws RangeError if the model has no attention blocks, or does not read tokens
 */
export function anatomyOf(who: string, model: MicroscopeModel): Anatomy {
  checkRecord(who, "model", model);
  const parts = model as Parts;
  const className = model.constructor.name || "a model";
  const sides = sidesOf(parts);
  const last = sides.at(-1);
  if (last === undefined || !Array.isArray(parts.activations) || typeof parts.forward !== "function") {
    throw new RangeError(`${who}: expected a model of attention blocks that reads tokens, got ${className}`);
  }
  if (sides.length > 1 && typeof parts.logitsOf !== "function") {
    throw new RangeError(`${who}: expected an encoder-decoder that reads a target of its own, got ${className}`);
  }
  const { vocabSize = 0, decoderVocabSize = 0, maxPositions } = parts.config ?? {};
  return {
    kind: sides.length > 1 ? "encoderDecoder" : isCausal(last) ? "decoder" : "encoder",
    className,
    sides,
    last,
    vocabSize: Math.max(vocabSize, decoderVocabSize),
    hasLogits: parts.activations.includes("logits"),
    maxTokens: maxPositions ?? Number.MAX_SAFE_INTEGER,
    ...(typeof parts.logitsOf === "function" && { logitsOf: (x: tf.Tensor) => (parts as Required<Parts>).logitsOf(x) }),
  };
}

function sidesOf(model: Parts): readonly Side[] {
  if (isStack(model)) return [sideOf("decoder", "", model)];
  const { encoder, decoder } = model;
  if (isStack(encoder) && isStack(decoder))
    return [sideOf("encoder", "encoder.", encoder), sideOf("decoder", "decoder.", decoder)];
  if (decoder === undefined && isStack(encoder)) return [sideOf("encoder", "encoder.", encoder)];
  if (encoder === undefined && isStack(decoder)) return [sideOf("decoder", "decoder.", decoder)];
  return [];
}

/** Whether it is a stack that reads tokens: one of images or sounds has no table of them. */
function isStack(part: Stacked | undefined): part is Required<Pick<Stacked, "layers">> & Stacked {
  if (part === undefined || !Array.isArray(part.layers) || part.layers.length === 0) return false;
  const table = part.embedding ?? (part.embeddings as { readonly tokens?: object } | undefined)?.tokens;
  return (
    table !== undefined &&
    part.layers.every((layer: Partial<Block>) => layer.selfAttn !== undefined && layer.spec !== undefined)
  );
}

function sideOf(name: SideName, prefix: string, { layers, norm }: Required<Pick<Stacked, "layers">> & Stacked): Side {
  return { name, prefix, layers, ...(norm !== undefined && { norm }) };
}

function isCausal({ layers }: Side): boolean {
  return layers.every(({ spec }) => spec.selfAttn.causal === true);
}

/** The stack of that name. @throws RangeError if the model has none */
export function sideNamed(who: string, anatomy: Anatomy, name: SideName | undefined): Side {
  if (name === undefined) return anatomy.last;
  const side = anatomy.sides.find((each) => each.name === name);
  if (side !== undefined) return side;
  const names = anatomy.sides.map((each) => each.name).join(", ");
  throw new RangeError(`${who}: expected side to be ${names}, got ${String(name)}`);
}

/** The path of the residual stream before a layer, or after the last one. @param layer from 0 to the number of layers */
export function residualPath(who: string, side: Side, layer: number): string {
  const count = side.layers.length;
  if (!Number.isInteger(layer) || layer < 0 || layer > count) {
    throw new RangeError(`${who}: expected layer to be a whole number from 0 to ${count}, got ${String(layer)}`);
  }
  return layer === 0 ? `${side.prefix}embeddings` : `${side.prefix}layers.${layer - 1}`;
}

/** A block of a side. @throws RangeError if there is no such layer */
export function blockAt(who: string, side: Side, layer: number): Block {
  const block = side.layers[layer];
  if (block !== undefined && Number.isInteger(layer)) return block;
  throw new RangeError(
    `${who}: expected layer to be a whole number from 0 to ${side.layers.length - 1}, got ${String(layer)}`,
  );
}

/** Refuses what is no text of the model. @throws RangeError */
export function checkText(who: string, name: string, anatomy: Anatomy, inputs: MicroscopeInputs): void {
  const { kind, vocabSize, maxTokens } = anatomy;
  checkInputs(who, name, inputs, { hasDecoder: kind === "encoderDecoder", vocabSize, maxTokens });
}

/**
 * Runs copies of a text as one batch.
 *
 * @returns the logits [B, L, V], or [B, K] of a classifier; the hidden states [B, L, E] of a model without a head. The caller's.
 */
export function runCopies(model: MicroscopeModel, inputs: MicroscopeInputs, copies: number, taps?: Taps): tf.Tensor {
  return tf.tidy(() => {
    const { ids, decoderIds } = inputs;
    const given = {
      ids: idsTensor(ids, copies),
      ...(decoderIds !== undefined && { decoderIds: idsTensor(decoderIds, copies) }),
    };
    const output = tidy(() => model.forward(given as never, taps === undefined ? {} : { taps }));
    const { logits, lastHiddenState } = output as { logits?: tf.Tensor; lastHiddenState?: tf.Tensor };
    const result = logits ?? lastHiddenState;
    if (result === undefined) throw new RangeError("microscope: expected a model that gives logits or hidden states");
    return result;
  });
}

function idsTensor(ids: readonly number[], copies: number): tf.Tensor2D {
  return tf.tensor2d(Array<number[]>(copies).fill([...ids]), [copies, ids.length], "int32");
}
