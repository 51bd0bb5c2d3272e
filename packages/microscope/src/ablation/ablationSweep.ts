import { Recorder } from "@qkv/nn";
import { checkOptions } from "@qkv/ops";
import { anatomyOf, blockAt, checkText, type MicroscopeModel, sideNamed } from "../model/anatomy.ts";
import { type Answer, checkAnswer } from "../model/answer.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { sweep, type SweepOptions } from "../model/progress.ts";
import { answersOf } from "../patching/activationPatching.ts";
import { type AblatedParts, ablationPatches } from "./ablationPatches.ts";

/** Options of {@link ablationSweep}. */
export interface AblationSweepOptions extends SweepOptions, Pick<AblatedParts, "side" | "means"> {
  /** What is left out, one at a time. Default heads. */
  readonly kind?: "heads" | "crossHeads" | "layers" | "neurons" | undefined;
  /** The layer of the neurons. */
  readonly layer?: number | undefined;
}

/** The answer without each part. */
export interface AblationGrid {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] of layers by heads, layers by one, or one by neurons. */
  readonly values: Float32Array;
  /** The answer of the whole model. */
  readonly whole: number;
}

/**
 * Leaves out each head, layer or neuron in turn, and reads the answer.
 *
 * @throws RangeError if the model has no such parts; the signal's reason if it is aborted
 */
export async function ablationSweep(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  answer: Answer,
  options: AblationSweepOptions = {},
): Promise<AblationGrid> {
  const who = "ablationSweep";
  checkOptions(who, options, { kind: true, layer: true, side: true, means: true, signal: true, onProgress: true });
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  checkAnswer(who, anatomy, inputs, answer);
  const { kind = "heads", layer, means } = options;
  const side = sideNamed(who, anatomy, options.side);
  const parts = partsOf(who, kind);
  const read = async (taps?: Recorder) => (await answersOf(who, model, inputs, 1, answer, taps))[0] ?? NaN;
  const whole = await read();
  const layers = side.layers.length;
  const first = blockAt(who, side, kind === "neurons" ? (layer ?? NaN) : 0);
  const columns = {
    heads: first.selfAttn.numHeads,
    crossHeads: first.crossAttn?.numHeads ?? 0,
    layers: 1,
    neurons: first.spec.ffn.dim,
  }[kind];
  if (columns === 0)
    throw new RangeError(`${who}: expected kind ${kind} of a decoder that reads a memory, got one that does not`);
  const rows = kind === "neurons" ? 1 : layers;
  const values = new Float32Array(rows * columns);
  const steps = Array.from(values, (_, i) => async () => {
    const place = { layer: kind === "neurons" ? (layer ?? 0) : Math.floor(i / columns), index: i % columns };
    const patches = ablationPatches(model, { ...parts(place), side: options.side, means });
    values[i] = await read(new Recorder([], patches));
  });
  await sweep(steps, options);
  return { rows, columns, values, whole };
}

function partsOf(who: string, kind: string): (place: { layer: number; index: number }) => AblatedParts {
  const known: Readonly<Record<string, (place: { layer: number; index: number }) => AblatedParts>> = {
    heads: ({ layer, index }) => ({ heads: [{ layer, head: index }] }),
    crossHeads: ({ layer, index }) => ({ crossHeads: [{ layer, head: index }] }),
    layers: ({ layer }) => ({ layers: [layer] }),
    neurons: ({ layer, index }) => ({ neurons: [{ layer, neuron: index }] }),
  };
  const found = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (found !== undefined) return found;
  throw new RangeError(`${who}: expected kind to be ${Object.keys(known).join(", ")}, got ${kind}`);
}
