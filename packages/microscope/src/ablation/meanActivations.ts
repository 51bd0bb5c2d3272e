import { Recorder } from "@qkv/nn";
import { checkArray } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { anatomyOf, checkText, type MicroscopeModel, runCopies } from "../model/anatomy.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose, sweep, type SweepOptions } from "../model/progress.ts";
import { matchingPaths } from "../names/activationNames.ts";

/** The mean of activations over texts and positions, by path: [H, D] of heads, [E] or [F] of streams. */
export type Means = ReadonlyMap<string, Float32Array>;

/**
 * The mean of activations over all positions of all texts, each position of one weight.
 *
 * @param names of heads and streams, as {@link recordActivations} takes them
 * @throws RangeError if there is no text, or an activation that is no stream and no heads: scores have no mean over positions
 */
export async function meanActivations(
  model: MicroscopeModel,
  texts: readonly MicroscopeInputs[],
  names: readonly string[],
  options: SweepOptions = {},
): Promise<Means> {
  const who = "meanActivations";
  const anatomy = anatomyOf(who, model);
  checkArray(who, "texts", texts);
  if (texts.length === 0) throw new RangeError(`${who}: expected a text at least, got none`);
  for (const [i, text] of texts.entries()) checkText(who, `texts[${i}]`, anatomy, text);
  const paths = matchingPaths(who, model, names);
  const odd = paths.find((path) => /[sS]cores$|[pP]robabilities$|logits$/.test(path));
  if (odd !== undefined) throw new RangeError(`${who}: expected activations of positions, such as heads, got ${odd}`);
  const sums = new Map<string, Float64Array>();
  const counts = new Map<string, number>();
  const steps = texts.map((text) => async () => {
    using seen = new Recorder(paths);
    runCopies(model, text, 1, seen).dispose();
    for (const path of paths) {
      const value = seen.get(path);
      const axis = value.rank - 2; // positions of [1, L, E] and of [1, H, L, D]
      const sum = await readAndDispose(tf.tidy(() => tf.sum(value, axis)));
      const all = sums.get(path) ?? new Float64Array(sum.length);
      sums.set(
        path,
        all.map((x, i) => x + (sum[i] ?? 0)),
      );
      counts.set(path, (counts.get(path) ?? 0) + (value.shape[axis] ?? 0));
    }
  });
  await sweep(steps, options);
  return new Map(
    paths.map((path) => [path, Float32Array.from(sums.get(path) ?? [], (x) => x / (counts.get(path) ?? 1))]),
  );
}
