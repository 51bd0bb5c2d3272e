import { attentionPatterns, headScores, type HeadScores, type MicroscopeInputs, type SideName } from "@qkv/microscope";
import type { AttentionRecord, HeadMaps } from "@qkv/visualize";
import type { Reading } from "./readText.ts";
import type { Subject } from "./subject.ts";

/** A head of a model; `cross` is its attention to the source. */
export interface HeadPlace {
  readonly side: SideName;
  readonly attention: "self" | "cross";
  readonly layer: number;
  readonly head: number;
}

/** The attention of every head, as `<qkv-attention>` takes it. */
export async function attentionRecord({ model, outline }: Subject, reading: Reading): Promise<AttentionRecord> {
  const { inputs, source, target } = reading;
  const maps = async (side: SideName, attention: "self" | "cross"): Promise<HeadMaps> =>
    attentionPatterns(model, inputs, { side, attention });
  if (outline.kind === "encoder") return { source, target: [], read: [], encoder: await maps("encoder", "self") };
  if (outline.kind === "decoder") {
    return { source: [], target: source, read: source, decoder: await maps("decoder", "self") };
  }
  const record = { source, target, read: target, encoder: await maps("encoder", "self") };
  return { ...record, decoder: await maps("decoder", "self"), cross: await maps("decoder", "cross") };
}

/** Tokens of the text that repeats itself, at most. */
const HALF = 20;

/** How far each head is of each kind, on the text that was read or on random tokens that come twice. */
export function scoresOf(
  subject: Subject,
  inputs: MicroscopeInputs,
  side: SideName,
  twice: boolean,
): Promise<HeadScores> {
  const read = twice ? repeated(subject, inputs, side) : inputs;
  return headScores(subject.model, read, { side });
}

function repeated({ outline, start }: Subject, inputs: MicroscopeInputs, side: SideName): MicroscopeInputs {
  const half = Math.min(HALF, Math.floor((outline.maxTokens - 1) / 2));
  const from = Math.min(100, Math.floor(outline.vocabSize / 4)); // special tokens stand first as a rule
  const ids = Array.from(
    { length: 2 * half },
    (_, i) => from + (((i % half) * 7919 + 13) % (outline.vocabSize - from)),
  );
  if (outline.kind !== "encoderDecoder") return { ids };
  return side === "encoder" ? { ...inputs, ids } : { ...inputs, decoderIds: [start ?? 0, ...ids] };
}
