// What the programs of the tour share: how large a run is, where pictures go, how parameters are trained.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import type { Params, RandomStream } from "@qkv/nn";
import { AdamW, train } from "@qkv/training";
import type * as tf from "@tensorflow/tfjs-core";

await initBackend(["wasm", "cpu"]);

/** The whole of a run, or with QKV_PRESET=tiny one that shows in a second that the program works. */
export function preset<T>(sizes: { readonly full: T; readonly tiny: T }): T {
  return process.env["QKV_PRESET"] === "tiny" ? sizes.tiny : sizes.full;
}

/** Writes a picture into the folder that QKV_PICTURES names, `pictures` by default. */
export function savePicture(name: string, svg: string): void {
  const folder = process.env["QKV_PICTURES"] ?? "pictures";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.svg`), svg);
}

/** Trains `params` to make `loss` small. The losses, one for each step. */
export async function fit(
  params: Params,
  loss: (random: RandomStream, step: number) => tf.Scalar,
  { steps, learningRate }: { readonly steps: number; readonly learningRate: number },
): Promise<number[]> {
  const losses: number[] = [];
  using optimizer = new AdamW(params.named(), { learningRate, weightDecay: 0 });
  const numbered = Array.from({ length: steps }, (_, step) => step);
  await train(
    { params: params.named(), batches: () => numbered, loss: (step, random) => loss(random, step) },
    {
      ...{ optimizer, maxSteps: steps, clipNorm: 1 },
      onEvent: (event) => event.type === "step" && losses.push(event.loss),
    },
  );
  return losses;
}

/** The numbers of a tensor, which is then let go. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const data = await tensor.data();
  tensor.dispose();
  return Float32Array.from(data);
}
