// Stands where `./tour.ts` does in Node: pictures go to the page, and so do the losses of a training.
import { initBackend } from "@qkv/backend";
import { fit as fitAnywhere, type FitOptions, take } from "@qkv/examples/tour/fit";
import type { Params, RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { runSize, tell } from "./page.ts";

export { take };

await initBackend(["wasm", "cpu"]);

/** The whole of a run, or one that shows in a second that the program works: as the page's choice says. */
export function preset<T>(sizes: { readonly full: T; readonly tiny: T }): T {
  return sizes[runSize()];
}

/** Shows a picture below the program. */
export function savePicture(name: string, svg: string): void {
  tell({ type: "picture", name, svg });
}

/** How often the page is told of losses, in milliseconds. */
const EVERY_MS = 100;

let trainings = 0;

/** Trains `params` to make `loss` small, and draws the curve. The losses, one for each step. */
export async function fit(
  params: Params,
  loss: (random: RandomStream, step: number) => tf.Scalar,
  options: FitOptions,
): Promise<number[]> {
  const id = trainings++;
  let pending: number[] = [];
  let told = performance.now();
  const send = () => {
    tell({ type: "fitting", id, steps: options.steps, losses: pending });
    pending = [];
    told = performance.now();
  };
  const onStep = (value: number) => {
    options.onStep?.(value);
    pending.push(value);
    if (performance.now() - told > EVERY_MS) send();
  };
  const losses = await fitAnywhere(params, loss, { ...options, onStep });
  send();
  return losses;
}
