import { checkBackend, describeArgument, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { QuantizableModel } from "./quantize.ts";

/**
 * Measures how much each column of a model's matrices matters while it runs: the mean square of what it is multiplied by, as
 * llama.cpp's importance matrices have it. {@link quantize} takes it.
 *
 * @param run passes of the model over texts or images like those that it is for
 * @returns by the names of the matrices: of those that were multiplied by, and of a table that is the output layer too
 * @throws PretrainedError if no matrix was multiplied by, or a measurement goes on already
 */
export async function measureImportance(
  model: QuantizableModel,
  run: () => unknown,
): Promise<Map<string, Float32Array>> {
  const params = model?.params;
  if (typeof params?.weights !== "function" || typeof run !== "function") {
    const got = typeof run === "function" ? describeArgument(model) : describeArgument(run);
    throw new PretrainedError(
      `measureImportance: expected a model with params and a function that runs it, got ${got}`,
    );
  }
  checkBackend("measureImportance");
  const measured = new Map<string, ColumnSquares>();
  const weights = [...params.weights()].filter(([, { shape }]) => shape.length === 2);
  if (weights.some(([, { observer }]) => observer !== undefined)) {
    throw new PretrainedError("measureImportance: expected a model that is not measured yet, got one that is");
  }
  try {
    for (const [name, weight] of weights) observe(name, weight, measured);
    await run();
    const entries = [...measured].map(async ([name, squares]) => [name, await squares.mean()] as const);
    if (entries.length === 0) throw new PretrainedError("measureImportance: expected a pass of the model, got none");
    return new Map(await Promise.all(entries));
  } finally {
    for (const [, weight] of weights) weight.observer = undefined;
    for (const squares of measured.values()) squares.dispose();
  }
}

function observe(name: string, weight: Weight, measured: Map<string, ColumnSquares>): void {
  weight.observer = (x) => {
    const squares = measured.get(name) ?? new ColumnSquares();
    measured.set(name, squares);
    squares.add(x);
  };
}

/** The sum of squares of each column of several tensors [..., I]. */
class ColumnSquares {
  #sum: tf.Tensor | undefined;
  #rows = 0;

  add(x: tf.Tensor): void {
    const columns = x.shape.at(-1) ?? 0;
    const before = this.#sum;
    this.#sum = tf.tidy(() => {
      const sum = tf.sum(tf.square(tf.reshape(x, [-1, columns])), 0);
      return tf.keep(before === undefined ? sum : tf.add(before, sum));
    });
    before?.dispose();
    this.#rows += x.size / Math.max(columns, 1);
  }

  async mean(): Promise<Float32Array> {
    const sums = (await (this.#sum as tf.Tensor).data()) as Float32Array;
    return sums.map((sum) => sum / this.#rows);
  }

  dispose(): void {
    this.#sum?.dispose();
  }
}
