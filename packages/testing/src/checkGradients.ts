import * as tf from "@tensorflow/tfjs-core";
import { ClosenessError, indexOf } from "./expectClose.ts";
import { KnownDerivatives } from "./knownDerivatives.ts";

/** Options of {@link checkGradients}. */
export interface CheckGradientsOptions {
  /** Variables that `f` reads besides its inputs, by name: the parameters of a module. */
  readonly variables?: ReadonlyMap<string, tf.Variable>;
  /** The step of the finite differences; a power of two, so that float32 moves it by exactly that. */
  readonly step?: number;
  readonly atol?: number;
  readonly rtol?: number;
}

/**
 * Fails unless the gradient of `f` at `inputs` equals finite differences, element by element.
 *
 * `f` may return any shape: the sum of its elements, each times a fixed weight of its own, is differentiated.
 * It must be smooth within a step of `inputs` (keep relu's inputs away from 0) and the same on every call.
 * The differences are extrapolated from two steps (Richardson), which leaves errors of about 1e-4 in float32.
 * On webgpu, where a number costs milliseconds to read, all elements of a tensor move at once. The differences are
 * computed on the first backend of a file, and serve on the others where `f` gives the same values there.
 */
export async function checkGradients<I extends tf.Tensor[]>(
  f: (...inputs: I) => tf.Tensor,
  inputs: readonly [...I],
  { variables = new Map(), step = 2 ** -5, atol = 2e-3, rtol = 2e-3 }: CheckGradientsOptions = {},
): Promise<void> {
  const own = inputs.map((input, i) => [`input ${i}`, tf.variable(input)] as const);
  const all = [...own, ...variables];
  const run = () => f(...(own.map(([, variable]) => variable) as tf.Tensor[] as I));
  try {
    const analytic = await analyticGradients(run, all);
    const moves = all.flatMap(([name, variable], i) =>
      directionsOf(variable).map((direction) => ({ name, variable, direction, gradient: analytic[i] })),
    );
    const differentiate = async () => {
      const derivatives: number[] = [];
      for (const { variable, direction } of moves)
        derivatives.push(await derivativeAlong(run, variable, direction, step));
      return derivatives;
    };
    const variablesOf = all.map(([, variable]) => variable);
    const expected = await KNOWN.of(run, variablesOf, [step, moves.length], differentiate);
    for (const [i, { name, direction, gradient }] of moves.entries()) {
      compare(`gradient of ${name} ${direction.name}`, gradient, direction.values, expected[i] ?? NaN, atol, rtol);
    }
  } finally {
    tf.dispose(own.map(([, variable]) => variable));
  }
}

type Run = () => tf.Tensor;

const KNOWN = new KnownDerivatives();

/** A weight for output element `i`: all different and nonzero, so that no two errors cancel. */
function weightOf(i: number): number {
  return Math.sin(1.7 * i + 0.9) + (i % 2 === 0 ? 1.1 : -1.1);
}

async function analyticGradients(
  run: Run,
  variables: readonly (readonly [string, tf.Variable])[],
): Promise<(ArrayLike<number> | undefined)[]> {
  const { value, grads } = tf.variableGrads(
    () => {
      const y = run();
      return tf.sum(
        tf.mul(
          y,
          tf.tensor(
            Float32Array.from({ length: y.size }, (_, i) => weightOf(i)),
            y.shape,
          ),
        ),
      ) as tf.Scalar;
    },
    variables.map(([, variable]) => variable),
  );
  try {
    return await Promise.all(
      variables.map(async ([, { name }]) => (await grads[name]?.data()) as Float32Array | undefined),
    );
  } finally {
    tf.dispose([value, grads]);
  }
}

/** A vector of length 1 along which a tensor is moved. */
interface Direction {
  readonly name: string;
  readonly values: Float32Array;
}

/** Directions for each element; or, where reading is slow, one for all elements, with different signs. */
function directionsOf({ size, shape }: tf.Variable): Direction[] {
  if (tf.getBackend() === "webgpu") {
    const values = Float32Array.from({ length: size }, (_, i) => (i % 3 === 0 ? 1 : -1) / Math.sqrt(size));
    return [{ name: "along +--", values }];
  }
  return Array.from({ length: size }, (_, at) => ({
    name: `at [${indexOf(at, shape)}]`,
    values: Float32Array.from({ length: size }, (_, i) => (i === at ? 1 : 0)),
  }));
}

async function derivativeAlong(run: Run, variable: tf.Variable, direction: Direction, step: number): Promise<number> {
  const values = Float32Array.from((await variable.data()) as Float32Array);
  const at = async (delta: number): Promise<number> => {
    assign(
      variable,
      values.map((value, i) => value + delta * (direction.values[i] ?? 0)),
    );
    return weightedSum(run);
  };
  try {
    const wide = ((await at(step)) - (await at(-step))) / (2 * step);
    const narrow = ((await at(step / 2)) - (await at(-step / 2))) / step;
    return (4 * narrow - wide) / 3;
  } finally {
    assign(variable, values);
  }
}

function assign(variable: tf.Variable, values: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** The weighted sum in float64, so that the rounding of the sum does not drown the differences. */
async function weightedSum(run: Run): Promise<number> {
  const y = tf.tidy(run);
  try {
    return ((await y.data()) as Float32Array).reduce((sum, value, i) => sum + value * weightOf(i), 0);
  } finally {
    y.dispose();
  }
}

function compare(
  what: string,
  analytic: ArrayLike<number> | undefined,
  direction: Float32Array,
  expected: number,
  atol: number,
  rtol: number,
): void {
  const actual = direction.reduce((sum, length, i) => sum + length * (analytic?.[i] ?? 0), 0);
  if (!(Math.abs(actual - expected) <= atol + rtol * Math.abs(expected))) {
    const got = analytic === undefined ? "no gradient at all" : `${actual}`;
    throw new ClosenessError(`${what}: expected ${expected}, got ${got}`, checkGradients);
  }
}
