import { Recorder } from "@qkv/nn";
import type { Memory, WhisperModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { tokenSteps } from "./tokenSteps.ts";
import type { AlignmentHead } from "./whisperTokens.ts";

/** A window's tokens laid along its sound. */
export interface WindowAlignment {
  /** When each generated token has been heard, in steps of 0.02 seconds, [N] */
  readonly ends: Int32Array;
  /** The attention that generated some of the tokens, from place to place: the mean of the alignment heads and of the tokens, [T]. */
  attention(from: number, to: number): Float32Array;
}

/** What is laid along a window's sound. */
export interface AlignedText {
  readonly prompt: readonly number[];
  /** Generated after the prompt. */
  readonly ids: readonly number[];
  /** Whether an end token was generated after them. */
  readonly isEnded: boolean;
  /** The number of steps of 0.02 seconds that are sound, and not the silence that fills the window. */
  readonly steps: number;
}

/**
 * Lays a window's tokens along its sound, by what the alignment heads attend to while the decoder reads the text again.
 *
 * A token attends to the sound of the one that it leads to. So its own row tells when it ends, and the last one read ends with the
 * row before it.
 */
export async function alignWindow(
  model: WhisperModel,
  memory: Memory,
  alignmentHeads: readonly AlignmentHead[],
  { prompt, ids, isEnded, steps: wanted }: AlignedText,
): Promise<WindowAlignment> {
  const steps = Math.min(wanted, model.config.maxSourcePositions);
  const read = isEnded ? ids : ids.slice(0, -1);
  const rows = prompt.length + read.length;
  const kept = readHeads(model, memory, alignmentHeads, [...prompt, ...read], steps);
  try {
    const heads = (await Promise.all(kept.map((head) => head.data()))) as Float32Array[];
    const data = new Float32Array(heads.length * read.length * steps);
    for (const [i, head] of heads.entries()) {
      data.set(head.subarray(prompt.length * steps), i * read.length * steps);
    }
    const attention = { data, heads: heads.length, tokens: read.length, steps };
    const known = tokenSteps(attention, model.config.medianFilterWidth);
    return {
      ends: Int32Array.from(ids, (_, i) => known[Math.min(i, known.length - 1)] ?? 0),
      attention: (from, to) => meanRows(heads, steps, prompt.length - 1 + from, Math.min(rows, prompt.length - 1 + to)),
    };
  } finally {
    tf.dispose(kept);
  }
}

/** The rows of each head, [R, T]; the caller owns them. */
function readHeads(
  model: WhisperModel,
  memory: Memory,
  alignmentHeads: readonly AlignmentHead[],
  ids: readonly number[],
  steps: number,
): tf.Tensor[] {
  const kept: tf.Tensor[] = [];
  const keep = (probabilities: tf.Tensor, head: number) => {
    const row = tf.slice(probabilities, [0, head, 0, 0], [1, 1, ids.length, steps]);
    kept.push(tf.keep(tf.reshape(row, [ids.length, steps])));
  };
  const layers = new Set(alignmentHeads.map(({ layer }) => layer));
  const patches = [...layers].map((layer) => {
    const heads = alignmentHeads.filter((each) => each.layer === layer);
    const patch = (probabilities: tf.Tensor) => {
      for (const { head } of heads) keep(probabilities, head);
      return probabilities;
    };
    return [`decoder.layers.${layer}.crossAttn.probabilities`, patch] as const;
  });
  const recorder = new Recorder([], Object.fromEntries(patches));
  try {
    tf.tidy(() => void model.decode(tf.tensor2d([...ids], [1, ids.length], "int32"), memory, { taps: recorder }));
    return kept;
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
}

function meanRows(heads: readonly Float32Array[], steps: number, from: number, to: number): Float32Array {
  const mean = new Float32Array(steps);
  const count = heads.length * (to - from);
  for (const head of heads) {
    for (let row = from; row < to; row++) {
      for (let step = 0; step < steps; step++) {
        mean[step] = (mean[step] ?? 0) + (head[row * steps + step] ?? 0) / count;
      }
    }
  }
  return mean;
}
