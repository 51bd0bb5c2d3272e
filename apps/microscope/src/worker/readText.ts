import { labelsOf } from "@qkv/app-shell/worker";
import { type MicroscopeInputs, nextTokenProbabilities } from "@qkv/microscope";
import { likeliest } from "./likeliest.ts";
import type { Subject } from "./subject.ts";

/** A token that the model might answer, and how likely it thinks it, of one. */
export interface LikelyToken {
  readonly id: number;
  readonly label: string;
  readonly probability: number;
}

/** A text as the model reads it. */
export interface Reading {
  readonly inputs: MicroscopeInputs;
  /** The tokens of `inputs.ids`, as people read them. */
  readonly source: readonly string[];
  /** The tokens of `inputs.decoderIds`; empty of a model with one stack. */
  readonly target: readonly string[];
  /** The position that the answer is read at: that of a mask, else the last. */
  readonly position: number;
  /** What the model would answer there, the likeliest first; absent of a model without logits. */
  readonly next?: readonly LikelyToken[];
}

/** Why a text cannot be read. */
export type Refusal =
  { readonly refused: "empty" } | { readonly refused: "long"; readonly tokens: number; readonly most: number };

/** What a page can draw, and a person can see. */
const MOST_TOKENS = 128;
/** How many answers are told. */
const ANSWERS = 8;

/** Reads a text, and the target so far of an encoder-decoder. */
export async function readText(subject: Subject, text: string, target: string): Promise<Reading | Refusal> {
  const { model, outline, tokenizer, mask } = subject;
  const words = encode(subject, "source", text, false);
  if (words.length === 0) return { refused: "empty" };
  const ids = encode(subject, "source", text, true);
  const decoderIds = outline.kind === "encoderDecoder" ? targetIds(subject, target) : undefined;
  const most = Math.min(MOST_TOKENS, outline.maxTokens);
  const tokens = Math.max(ids.length, decoderIds?.length ?? 0);
  if (tokens > most) return { refused: "long", tokens, most };
  const inputs = { ids, ...(decoderIds !== undefined && { decoderIds }) };
  const masked = mask === undefined ? -1 : ids.indexOf(tokenizer.tokenToId(mask) ?? -1);
  const position = outline.kind === "encoder" && masked !== -1 ? masked : (decoderIds ?? ids).length - 1;
  const sides = tokenizer.sides;
  return {
    inputs,
    source: labelsOf(sides.source, ids),
    target: decoderIds === undefined ? [] : labelsOf(sides.target, decoderIds),
    position,
    ...(outline.hasLogits && { next: nextTokens(subject, await nextTokenProbabilities(model, inputs, { position })) }),
  };
}

/** The likeliest answers of a distribution. */
export function nextTokens(subject: Subject, probabilities: Float32Array, count = ANSWERS): LikelyToken[] {
  const ids = likeliest(probabilities, count);
  return answerLabels(subject, ids).map((label, i) => {
    const id = ids[i] ?? 0;
    return { id, label, probability: probabilities[id] ?? 0 };
  });
}

/** What answers are called: tokens, or the labels of a classifier by their numbers. */
export function answerLabels({ tokenizer, outline }: Subject, ids: readonly number[]): string[] {
  return outline.hasTokenLogits ? labelsOf(tokenizer.sides.target, ids) : ids.map(String);
}

function targetIds(subject: Subject, target: string): number[] {
  const start = subject.start === undefined ? [] : [subject.start];
  return [...start, ...encode(subject, "target", target, false)];
}

function encode({ tokenizer }: Subject, side: "source" | "target", text: string, addSpecialTokens: boolean): number[] {
  if (text.trim() === "") return [];
  return [...tokenizer.sides[side].encode(text, { addSpecialTokens, truncation: false, padding: false }).ids];
}
