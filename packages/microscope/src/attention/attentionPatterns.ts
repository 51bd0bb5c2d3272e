import { Recorder } from "@qkv/nn";
import { checkOptions, checkRecord } from "@qkv/ops";
import { anatomyOf, checkText, type MicroscopeModel, runCopies, sideNamed, type SideName } from "../model/anatomy.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { HEAD_KINDS, type HeadKind, headPattern, headScore } from "./headKinds.ts";

/** Options of {@link attentionPatterns}. */
export interface AttentionPatternOptions {
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
  /** Default self. */
  readonly attention?: "self" | "cross" | undefined;
}

/** The attention of all heads of a stack: `HeadMaps` of `@qkv/visualize` is a part of it. */
export interface AttentionPatterns {
  /** [layers, H, Q, K] */
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  /** Probabilities, row by row. */
  readonly weights: Float32Array;
}

// 1 GiB of floats: what a page may hold.
const MOST = 2 ** 28;

/**
 * The attention probabilities of every head of every layer.
 *
 * @throws RangeError if the model has no such attention, the layers have different numbers of heads, or there are more than 2²⁸
 *   numbers
 */
export async function attentionPatterns(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  options: AttentionPatternOptions = {},
): Promise<AttentionPatterns> {
  const who = "attentionPatterns";
  checkOptions(who, options, { side: true, attention: true });
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  const { attention = "self" } = options;
  const { layers, prefix, name } = sideNamed(who, anatomy, options.side);
  const modules = layers.flatMap(({ selfAttn, crossAttn }) => (attention === "cross" ? (crossAttn ?? []) : selfAttn));
  const heads = modules[0]?.numHeads ?? 0;
  if ((attention !== "self" && attention !== "cross") || heads === 0) {
    throw new RangeError(
      `${who}: expected attention to be self, or cross of a decoder that reads a memory, got ${String(attention)}`,
    );
  }
  if (modules.some(({ numHeads }) => numHeads !== heads)) {
    throw new RangeError(`${who}: expected layers of ${heads} heads each, got others`);
  }
  const lengthOf = (side: SideName) => (side === "decoder" ? (inputs.decoderIds ?? inputs.ids) : inputs.ids).length;
  const shape = [layers.length, heads, lengthOf(name), lengthOf(attention === "cross" ? "encoder" : name)] as const;
  const size = shape[1] * shape[2] * shape[3];
  if (size * layers.length > MOST) {
    throw new RangeError(`${who}: expected at most ${MOST} probabilities, got [${shape}]: read fewer tokens`);
  }
  const paths = layers.map((_, i) => `${prefix}layers.${i}.${attention}Attn.probabilities`);
  using seen = new Recorder(paths);
  runCopies(model, inputs, 1, seen).dispose();
  const weights = new Float32Array(size * layers.length);
  for (const [i, path] of paths.entries()) weights.set(await seen.get(path).data(), i * size);
  return { shape, weights };
}

/** How far each head is of each known kind. */
export interface HeadScores {
  readonly layers: number;
  readonly heads: number;
  /** [layers, H] of each kind, from 0 to 1; NaN if the text has no such key for any query. */
  readonly scores: Readonly<Record<HeadKind, Float32Array>>;
}

/**
 * Scores every head of the self-attention by what it attends to: the mean weight on such keys, over the queries that have one.
 * Induction and duplicate tokens need a text that repeats itself, such as random tokens twice.
 *
 * @throws RangeError as {@link attentionPatterns}
 */
export async function headScores(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  options: Pick<AttentionPatternOptions, "side"> = {},
): Promise<HeadScores> {
  checkOptions("headScores", options, { side: true });
  const { side } = options;
  const { shape, weights } = await attentionPatterns(model, inputs, { side });
  const [layers, heads, length] = shape;
  const { name } = sideNamed("headScores", anatomyOf("headScores", model), side);
  const ids = name === "decoder" ? (inputs.decoderIds ?? inputs.ids) : inputs.ids;
  const size = length * length;
  const scoresOf = (kind: HeadKind) => {
    const pattern = headPattern(kind, ids);
    return Float32Array.from({ length: layers * heads }, (_, i) =>
      headScore(weights.subarray(i * size, (i + 1) * size), pattern),
    );
  };
  const scores = Object.fromEntries(HEAD_KINDS.map((kind) => [kind, scoresOf(kind)])) as Record<HeadKind, Float32Array>;
  return { layers, heads, scores };
}

/** A head, and how far it is of a kind. */
export interface ScoredHead {
  readonly layer: number;
  readonly head: number;
  readonly score: number;
}

/** The heads that are most of a kind, the best first. @param count how many. Default 5 */
export function strongestHeads(scored: HeadScores, kind: HeadKind, count = 5): readonly ScoredHead[] {
  checkRecord("strongestHeads", "scored", scored);
  const { heads, scores } = scored;
  if (!HEAD_KINDS.includes(kind)) {
    throw new RangeError(`strongestHeads: expected kind to be ${HEAD_KINDS.join(", ")}, got ${String(kind)}`);
  }
  const all = Array.from(scores[kind], (score, i) => ({ layer: Math.floor(i / heads), head: i % heads, score }));
  return all
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}
