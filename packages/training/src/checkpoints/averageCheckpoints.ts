import { checkRecord } from "@qkv/ops";
import type { StateDict, StateEntry } from "@qkv/nn";
import type { CheckpointStore } from "./checkpoint.ts";

/**
 * Averages the parameters of the last `count` checkpoints, which is often a better model than any of them.
 *
 * One file is read at a time; sums are kept in float64.
 *
 * @throws RangeError if there are fewer
 */
export async function averageCheckpoints(
  store: Pick<CheckpointStore, "steps" | "read">,
  count: number,
): Promise<StateDict> {
  checkRecord("averageCheckpoints", "store", store);
  const steps = (await store.steps()).slice(-count);
  if (steps.length === 0 || steps.length < count) {
    throw new RangeError(`averageCheckpoints: expected ${count} checkpoints, got ${steps.length}`);
  }
  const sums = new Map<string, { shape: readonly number[]; sum: Float64Array }>();
  for (const step of steps) {
    for (const [name, { shape, data }] of (await store.read(step)).params) {
      const total = sums.get(name) ?? { shape, sum: new Float64Array(data.length) };
      sums.set(name, total);
      for (let i = 0; i < data.length; i++) total.sum[i] = (total.sum[i] ?? 0) + (data[i] ?? 0);
    }
  }
  return new Map(
    [...sums].map(([name, { shape, sum }]): [string, StateEntry] => [
      name,
      { shape, data: Float32Array.from(sum, (value) => value / steps.length) },
    ]),
  );
}
