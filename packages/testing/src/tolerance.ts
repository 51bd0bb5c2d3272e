/** The allowed difference of `a` from `b`: `|a - b| <= atol + rtol * |b|`. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/**
 * The tolerance of each backend, unless a test sets another.
 *
 * Measured against PyTorch on cpu: 5e-7 in layers, 2e-7 in logits; wasm's order of summation differs by about as much, and
 * GPUs round exp and division to a few more units in the last place. Each limit is about twenty times the measurement.
 */
export const TOLERANCES: Readonly<Record<string, Tolerance>> = {
  cpu: { atol: 1e-5, rtol: 1e-5 },
  wasm: { atol: 1e-5, rtol: 1e-5 },
  webgpu: { atol: 5e-5, rtol: 5e-5 },
};

/** The tolerance of the backend called `name`; one that is not in the table gets the widest. */
export function toleranceOf(name: string): Tolerance {
  return TOLERANCES[name] ?? { atol: 5e-5, rtol: 5e-5 };
}
