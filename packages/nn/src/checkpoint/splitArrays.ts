import { checkArray, checkRecord, checkString } from "@qkv/ops";
import type { StateDict, StateEntry } from "./checkpoint.ts";
import type { SplitRule, WeightRules } from "./weightRules.ts";

/** The rules of {@link WeightRules} that say how arrays lie in files. */
export type LayoutRules = Pick<WeightRules, "split" | "transpose">;

/** An array of a model, and its selection from the array of a file. */
export interface SplitArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Selects its elements from those of the file's array. */
  of(data: Float32Array): Float32Array;
}

/**
 * Splits and transposes one array of a file as `rules` say.
 *
 * @param stored its name in the file
 * @returns undefined if no rule applies to it
 */
export function splitArray(stored: string, shape: readonly number[], rules: LayoutRules): SplitArray[] | undefined {
  checkString("splitArray", "stored", stored);
  checkArray("splitArray", "shape", shape);
  checkRecord("splitArray", "rules", rules);
  const { split = [], transpose = [] } = rules;
  const pattern = patternOf(stored);
  const rule = split.find(({ from }) => from === pattern);
  if (rule === undefined) return transpose.includes(pattern) ? [transposed(partOf(stored, shape, 0, 1, 0))] : undefined;
  return rule.into.map((into, i) => {
    const part = partOf(withIndices(into, stored), shape, rule.axis, rule.into.length, i);
    return transpose.includes(into) ? transposed(part) : part;
  });
}

/** Splits and transposes all arrays of a file. {@link joinState} is its inverse. */
export function splitState(state: StateDict, rules: LayoutRules): StateDict {
  checkRecord("splitState", "state", state);
  checkRecord("splitState", "rules", rules);
  const all = new Map<string, StateEntry>();
  for (const [stored, entry] of state) {
    const parts = splitArray(stored, entry.shape, rules);
    if (parts === undefined) all.set(stored, entry);
    for (const { name, shape, of } of parts ?? []) all.set(name, { shape, data: of(entry.data) });
  }
  return all;
}

/** Transposes and joins arrays as the files store them. {@link splitState} is its inverse. */
export function joinState(state: StateDict, rules: LayoutRules): StateDict {
  checkRecord("joinState", "state", state);
  checkRecord("joinState", "rules", rules);
  const { split = [], transpose = [] } = rules;
  const all = new Map<string, StateEntry>();
  const inFile = (name: string, entry: StateEntry) => (transpose.includes(patternOf(name)) ? turned(entry) : entry);
  for (const [name, entry] of state) {
    const rule = split.find(({ into }) => into.includes(patternOf(name)));
    if (rule === undefined) all.set(name, inFile(name, entry));
    else if (rule.into[0] === patternOf(name)) {
      const names = rule.into.map((into) => withIndices(into, name));
      const parts = names.map((each) => inFile(each, state.get(each) as StateEntry));
      all.set(withIndices(rule.from, name), joined(parts, rule));
    }
  }
  return all;
}

const INDEX = /(?<=\.)\d+(?=\.)/g;

function patternOf(name: string): string {
  return name.replace(INDEX, "*");
}

/** `pattern` with the layer indices of `name`. */
function withIndices(pattern: string, name: string): string {
  const indices = name.match(INDEX) ?? [];
  let next = 0;
  return pattern.replaceAll("*", () => indices[next++] ?? "*");
}

/** The i-th of `count` parts along an axis, as the file has it. */
function partOf(name: string, shape: readonly number[], axis: number, count: number, i: number): SplitArray {
  const size = (shape[axis] ?? 0) / count;
  const outer = shape.slice(0, axis).reduce((product, each) => product * each, 1);
  const inner = shape.slice(axis + 1).reduce((product, each) => product * each, 1) * size;
  const of = (data: Float32Array): Float32Array => {
    if (count === 1) return data;
    const part = new Float32Array(outer * inner);
    for (let row = 0; row < outer; row++) {
      const start = (row * count + i) * inner;
      part.set(data.subarray(start, start + inner), row * inner);
    }
    return part;
  };
  return { name, shape: shape.map((each, at) => (at === axis ? size : each)), of };
}

function transposed({ name, shape, of }: SplitArray): SplitArray {
  return { name, shape: [...shape].reverse(), of: (data) => turned({ shape, data: of(data) }).data };
}

/** [rows, columns] -> [columns, rows] */
function turned({ shape: [rows = 0, columns = 0], data }: StateEntry): StateEntry {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j] as number;
  }
  return { shape: [columns, rows], data: result };
}

function joined(parts: readonly StateEntry[], { axis }: SplitRule): StateEntry {
  const shape = parts[0]?.shape ?? [];
  const outer = shape.slice(0, axis).reduce((product, each) => product * each, 1);
  const inner = shape.slice(axis).reduce((product, each) => product * each, 1);
  const data = new Float32Array(outer * inner * parts.length);
  for (let row = 0; row < outer; row++) {
    for (const [i, part] of parts.entries()) {
      data.set(part.data.subarray(row * inner, (row + 1) * inner), (row * parts.length + i) * inner);
    }
  }
  return { shape: shape.map((size, at) => (at === axis ? size * parts.length : size)), data };
}
