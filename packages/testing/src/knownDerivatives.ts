import * as tf from "@tensorflow/tfjs-core";

/** The finite differences of a function, and what it read and gave where they were taken. */
interface Known {
  readonly key: string;
  readonly values: readonly Float32Array[];
  readonly derivatives: readonly number[];
}

/** Two values of a function on two backends: rounding alone is between them. */
const CLOSE = 1e-4;

/**
 * Finite differences by place: a function that gives the same values at the same place has the same ones, whichever
 * backend computes it. A function with a wrong gradient is no other function.
 */
export class KnownDerivatives {
  readonly #all: Known[] = [];

  /**
   * The derivatives of a function at the values of its variables, by `differentiate` if they are not known.
   *
   * @param how whatever else they depend on
   */
  async of(
    run: () => tf.Tensor,
    variables: readonly tf.Variable[],
    how: unknown,
    differentiate: () => Promise<readonly number[]>,
  ): Promise<readonly number[]> {
    const y = tf.tidy(run);
    const values = await Promise.all([y, ...variables].map(async (of) => (await of.data()) as Float32Array));
    const key = JSON.stringify([how, [y, ...variables].map(({ shape }) => shape)]);
    y.dispose();
    const known = this.#all.find((one) => one.key === key && one.values.every((of, i) => isClose(of, values[i])));
    if (known !== undefined) return known.derivatives;
    const derivatives = await differentiate();
    this.#all.push({ key, values: values.map((of) => of.slice()), derivatives });
    return derivatives;
  }
}

function isClose(a: Float32Array, b: Float32Array | undefined): boolean {
  return a.every((value, i) => Math.abs(value - (b?.[i] ?? NaN)) <= CLOSE * (1 + Math.abs(value)));
}
