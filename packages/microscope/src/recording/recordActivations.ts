import { Recorder } from "@qkv/nn";
import { checkOptions, denseOf } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import {
  anatomyOf,
  blockAt,
  checkText,
  type MicroscopeModel,
  runCopies,
  sideNamed,
  type SideName,
} from "../model/anatomy.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose } from "../model/progress.ts";
import { activationPath, matchingPaths } from "../names/activationNames.ts";

/** Numbers and their shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Activations of one text, as plain arrays. */
export interface RecordedActivations {
  /** Those that were recorded, by path, in the order of the pass. */
  readonly paths: readonly string[];
  /** Logits [1, L, V], or [1, K] of a classifier; hidden states [1, L, E] of a model without a head. */
  readonly output: Numbers;
  /**
   * The activation of that path, or of that name in TransformerLens.
   *
   * @throws RangeError if it was not recorded
   */
  get(name: string): Numbers;
}

/**
 * Runs the model on a text and records activations.
 *
 * @param names paths or names of TransformerLens, with `*` for one step and `**` for several: `blocks.*.attn.hook_pattern`
 * @returns plain arrays in the layout of our taps: heads [1, H, L, D], scores [1, H, Q, K], streams [1, L, E]
 * @throws RangeError for a model without attention, a text that the model cannot read, a name that nothing has
 */
export async function recordActivations(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  names: readonly string[],
): Promise<RecordedActivations> {
  const who = "recordActivations";
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  const paths = matchingPaths(who, model, names);
  using seen = new Recorder(paths);
  const result = runCopies(model, inputs, 1, seen);
  const { shape } = result;
  const output = { shape, values: await readAndDispose(result) };
  const recorded = new Map<string, Numbers>();
  for (const path of paths) {
    const value = seen.get(path);
    recorded.set(path, { shape: value.shape, values: Float32Array.from(await value.data()) });
  }
  return {
    paths,
    output,
    get(name) {
      const found = recorded.get(name) ?? recorded.get(activationPath(model, name));
      if (found !== undefined) return found;
      throw new RangeError(
        `recordActivations: expected a recorded activation, got ${name}; recorded: ${paths.join(", ")}`,
      );
    },
  };
}

/** Which attention of which layer. */
export interface AttentionPlace {
  readonly layer: number;
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
  /** Default self. */
  readonly attention?: "self" | "cross" | undefined;
}

/**
 * What each head of a layer writes: its part of the attention's output, TransformerLens's `attn.hook_result`. The sum over heads
 * is the output without its bias.
 *
 * @returns [1, L, H, E]
 * @throws RangeError if there is no such attention
 */
export async function headResults(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  place: AttentionPlace,
): Promise<Numbers> {
  const who = "headResults";
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  checkOptions(who, place, { layer: true, side: true, attention: true });
  const { layer, side: name, attention = "self" } = place;
  if (attention !== "self" && attention !== "cross") {
    throw new RangeError(`${who}: expected attention to be self or cross, got ${String(attention)}`);
  }
  const side = sideNamed(who, anatomy, name);
  const block = blockAt(who, side, layer);
  const module = attention === "cross" ? block.crossAttn : block.selfAttn;
  if (module === undefined)
    throw new RangeError(`${who}: expected attention to be self, as nothing else is read, got ${attention}`);
  const path = `${side.prefix}layers.${layer}.${attention}Attn.heads`;
  using seen = new Recorder([path]);
  const result = tf.tidy(() => {
    runCopies(model, inputs, 1, seen);
    const heads = seen.get<tf.Tensor4D>(path); // [1, H, L, D]
    const [, count, , width] = heads.shape;
    const weight = denseOf(module.outProj.weight); // [E, H D]
    const maps = tf.transpose(tf.reshape(weight, [-1, count, width]), [1, 2, 0]); // [H, D, E]
    const written = tf.matMul(tf.squeeze(heads, [0]), maps); // [H, L, E]
    return tf.expandDims(tf.transpose(written, [1, 0, 2]), 0);
  });
  const { shape } = result;
  return { shape, values: await readAndDispose(result) };
}
