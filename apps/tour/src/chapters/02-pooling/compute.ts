import { boxcarKernel, constantKernel, epanechikovKernel, gaussianKernel, nadarayaWatson } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";
import { GRID, MEASURED, PLACES } from "./measurements.ts";

const KERNELS = {
  gaussian: gaussianKernel,
  boxcar: boxcarKernel,
  epanechikov: epanechikovKernel,
  constant: constantKernel,
};

/** A kernel by its name. */
export type KernelName = keyof typeof KERNELS;

/** What a kernel makes of the measurements, over the grid. */
export function curveOf(kernel: KernelName, width: number): Promise<number[]> {
  return numbersOf(() => pool(GRID, kernel, width).output);
}

/** What it makes of them in one place, and how much each measurement counts there. */
export async function weightsAt(
  place: number,
  kernel: KernelName,
  width: number,
): Promise<{ readonly answer: number; readonly weights: number[] }> {
  const [answer = 0, ...weights] = await numbersOf(() => {
    const { output, weights } = pool([place], kernel, width);
    return tf.concat([tf.reshape(output, [-1]), tf.reshape(weights, [-1])]);
  });
  return { answer, weights };
}

function pool(places: readonly number[], kernel: KernelName, width: number) {
  const column = (numbers: readonly number[]) => tf.tensor3d([...numbers], [1, numbers.length, 1]);
  return nadarayaWatson(column(places), column(PLACES), column(MEASURED), { kernel: KERNELS[kernel], width });
}
