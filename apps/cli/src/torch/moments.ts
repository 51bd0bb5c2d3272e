import type { StateDict, StateEntry } from "@qkv/nn";
import type { HubParameters } from "./hubParameters.ts";

/** An optimizer's tensors of a parameter: our name of each and PyTorch's. Those that count updates have a number besides. */
interface Slots {
  /** What all of its names begin with, where it is one of several. */
  readonly prefix: string;
  readonly slots: Readonly<Record<string, string>>;
  readonly counts: boolean;
}

const ADAM_W: Slots = { prefix: "", slots: { first: "exp_avg", second: "exp_avg_sq" }, counts: true };

/** What each optimizer that PyTorch goes on with keeps. */
const SLOTS: Readonly<Record<string, readonly Slots[]>> = {
  adamW: [ADAM_W],
  lion: [{ prefix: "", slots: { momentum: "exp_avg" }, counts: false }],
  muon: [
    { prefix: "0.", slots: { momentum: "momentum_buffer" }, counts: false },
    { ...ADAM_W, prefix: "1." },
  ],
};

/** The optimizers whose state PyTorch goes on with. */
export const TORCH_OPTIMIZERS: readonly string[] = Object.keys(SLOTS);

/** An optimizer's state as PyTorch has it. */
export interface TorchMoments {
  /** `SLOT.NAME` each, with the names that files have. */
  readonly tensors: StateDict;
  /** Updates made. */
  readonly updates: number;
}

/** @throws RangeError if parameters have had different numbers of updates */
export async function toTorch(optimizer: string, state: StateDict, hub: HubParameters): Promise<TorchMoments> {
  const tensors = new Map<string, StateEntry>();
  const counts = new Set<number>();
  for (const { prefix, slots } of SLOTS[optimizer] ?? []) {
    for (const { data } of under(`${prefix}steps.`, state).values()) counts.add(data[0] ?? NaN);
    for (const [ours, theirs] of Object.entries(slots)) {
      const arrays = under(`${prefix}${ours}.`, state);
      if (arrays.size === 0) continue;
      for (const [name, entry] of await hub.toHub(arrays)) tensors.set(`${theirs}.${name}`, entry);
    }
  }
  if (counts.size > 1) {
    throw new RangeError(`expected as many updates of every parameter, got ${[...counts].sort().join(", ")}`);
  }
  return { tensors, updates: [...counts][0] ?? 0 };
}

/**
 * The inverse of {@link toTorch}.
 *
 * @param expected the names and shapes of the parameters in files
 * @throws RangeError naming a tensor that is missing, not known or of another shape
 */
export async function fromTorch(
  optimizer: string,
  { tensors, updates }: TorchMoments,
  expected: ReadonlyMap<string, readonly number[]>,
  hub: HubParameters,
): Promise<StateDict> {
  const state = new Map<string, StateEntry>();
  const [known, seen] = [new Set<string>(), new Set<string>()];
  for (const { prefix, slots, counts } of SLOTS[optimizer] ?? []) {
    const all = Object.values(slots).map((slot) => [slot, under(`${slot}.`, tensors)] as const);
    const names = [...expected.keys()].filter((name) => all.some(([, arrays]) => arrays.has(name)));
    for (const name of names) {
      for (const [slot, arrays] of all) expectArray(`${slot}.${name}`, arrays.get(name), expected.get(name) ?? []);
      seen.add(name);
    }
    for (const [i, ours] of Object.keys(slots).entries()) {
      const [slot, arrays] = all[i] as (typeof all)[number];
      for (const name of names) known.add(`${slot}.${name}`);
      const own = new Map(names.map((name) => [name, arrays.get(name) as StateEntry]));
      if (own.size === 0) continue;
      const converted = await hub.fromHub(own);
      for (const [name, entry] of converted) state.set(`${prefix}${ours}.${name}`, entry);
      if (!counts) continue;
      for (const name of converted.keys()) {
        state.set(`${prefix}steps.${name}`, { shape: [], data: Float32Array.of(updates) });
      }
    }
  }
  const missing = [...expected.keys()].find((name) => !seen.has(name));
  if (missing !== undefined) throw new RangeError(`expected moments of ${missing}, got none`);
  const stranger = [...tensors.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) throw new RangeError(`expected moments of ${optimizer}, got ${stranger}`);
  return state;
}

/** @throws RangeError if it is not there, or of another shape */
export function expectArray(name: string, entry: StateEntry | undefined, shape: readonly number[]): void {
  if (entry === undefined) throw new RangeError(`${name}: expected a tensor of shape [${shape}], got none`);
  if (`${entry.shape}` === `${shape}`) return;
  throw new RangeError(`${name}: expected shape [${shape}], got [${entry.shape}]`);
}

function under(prefix: string, state: StateDict): StateDict {
  const own = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, entry]) => [name.slice(prefix.length), entry]));
}
