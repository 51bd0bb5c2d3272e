import { checkArray, checkRecord, checkString } from "@qkv/ops";
import { CheckpointError, type StateDict, type StateEntry } from "./checkpoint.ts";
import type { AlternativeRule, SplitLayout, SplitRule, WeightRules } from "./weightRules.ts";

/** The rules of {@link WeightRules} that say how arrays lie in files. */
export type LayoutRules<Config = unknown> = Pick<WeightRules<Config>, "split" | "alternatives" | "transpose">;

/** An array of a model, and its selection from the array of a file. */
export interface SplitArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** The elements of the file's array that it is, where they lie one after another and as they are. */
  readonly elements?: readonly [from: number, to: number] | undefined;
  /** Selects its elements from those of the file's array. */
  of(data: Float32Array): Float32Array;
}

/**
 * Splits and transposes one array of a file as `rules` say.
 *
 * @param stored its name in the file
 * @param config that of the model, which rules with a layout read
 * @returns undefined if no rule applies to it
 * @throws CheckpointError if the array has no room for the parts
 */
export function splitArray<Config = unknown>(
  stored: string,
  shape: readonly number[],
  rules: LayoutRules<Config>,
  config?: Config,
): SplitArray[] | undefined {
  checkString("splitArray", "stored", stored);
  checkArray("splitArray", "shape", shape);
  checkRecord("splitArray", "rules", rules);
  const { split = [], alternatives = [], transpose = [] } = rules;
  const pattern = patternOf(stored);
  const alternative = alternatives.find(({ from }) => from === pattern);
  if (alternative !== undefined) return alternativeParts(stored, shape, alternative);
  const rule = split.find(({ from }) => from === pattern);
  if (rule === undefined) return transpose.includes(pattern) ? [transposed(wholeOf(stored, shape))] : undefined;
  const lengths = pieceLengths(stored, shape, rule.axis, layoutOf(rule, config));
  return rule.into.map((into, i) => {
    const part = partOf(withIndices(into, stored), shape, rule.axis, lengths, i);
    return transpose.includes(into) ? transposed(part) : part;
  });
}

/** Splits and transposes all arrays of a file. {@link joinState} is its inverse. */
export function splitState<Config = unknown>(state: StateDict, rules: LayoutRules<Config>, config?: Config): StateDict {
  checkRecord("splitState", "state", state);
  checkRecord("splitState", "rules", rules);
  const all = new Map<string, StateEntry>();
  for (const [stored, entry] of state) {
    const parts = splitArray(stored, entry.shape, rules, config);
    if (parts === undefined) all.set(stored, entry);
    for (const { name, shape, of } of parts ?? []) all.set(name, { shape, data: of(entry.data) });
  }
  return all;
}

/** Transposes and joins arrays as the files store them. {@link splitState} is its inverse. */
export function joinState<Config = unknown>(state: StateDict, rules: LayoutRules<Config>, config?: Config): StateDict {
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
      all.set(withIndices(rule.from, name), joined(parts, rule.axis, layoutOf(rule, config).groups ?? 1));
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

function layoutOf<Config>({ into, layout }: SplitRule<Config>, config: Config | undefined): SplitLayout {
  return layout === undefined ? { sizes: into.map(() => 1) } : layout(config as Config);
}

/** For each part, the length of its pieces along the axis, and the number of groups that have one each. */
interface PieceLengths {
  readonly lengths: readonly number[];
  readonly groups: number;
}

function pieceLengths(
  stored: string,
  shape: readonly number[],
  axis: number,
  { sizes, groups = 1 }: SplitLayout,
): PieceLengths {
  const size = shape[axis] ?? 0;
  const unit = size / (groups * sizes.reduce((sum, each) => sum + each, 0));
  const lengths = sizes.map((each) => each * unit);
  if (lengths.every(Number.isSafeInteger)) return { lengths, groups };
  const parts = groups === 1 ? `parts of ${sizes.join(" : ")}` : `${groups} times parts of ${sizes.join(" : ")}`;
  throw new CheckpointError(`${stored}: expected a shape whose axis ${axis} holds ${parts}, got [${shape}]`);
}

/** The parts of an array in another form, each of which is elements one after another. */
function alternativeParts(stored: string, shape: readonly number[], { from, into }: AlternativeRule): SplitArray[] {
  const stars = (name: string) => name.split("*").length;
  const isStacked = stars(into[0] ?? "") > stars(from);
  const [count = 1, inner] = isStacked ? [shape[0], shape.slice(1)] : [1, shape];
  const { lengths } = pieceLengths(stored, inner, 0, { sizes: into.map(() => 1) });
  const rest = inner.slice(1).reduce((product, each) => product * each, 1);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    into.map((name, i) => {
      const length = lengths[i] as number;
      const first = (index * into.length + i) * length * rest;
      const elements = [first, first + length * rest] as const;
      const of = (data: Float32Array) => data.slice(...elements);
      return {
        name: withIndices(name, stored).replace("*", String(index)),
        shape: [length, ...inner.slice(1)],
        elements,
        of,
      };
    }),
  );
}

function wholeOf(name: string, shape: readonly number[]): SplitArray {
  return { name, shape, of: (data) => data };
}

/** The i-th part along an axis, whose pieces the file has in every group. */
function partOf(
  name: string,
  shape: readonly number[],
  axis: number,
  { lengths, groups }: PieceLengths,
  i: number,
): SplitArray {
  const sizeOf = (sizes: readonly number[]) => sizes.reduce((product, each) => product * each, 1);
  const outer = sizeOf(shape.slice(0, axis)) * groups;
  const inner = sizeOf(shape.slice(axis + 1));
  const [length = 0, before = 0] = [lengths[i], lengths.slice(0, i).reduce((sum, each) => sum + each, 0)];
  const [piece, skipped] = [length * inner, before * inner];
  const group = lengths.reduce((sum, each) => sum + each, 0) * inner;
  const of = (data: Float32Array): Float32Array => {
    const part = new Float32Array(outer * piece);
    for (let row = 0; row < outer; row++) {
      const start = row * group + skipped;
      part.set(data.subarray(start, start + piece), row * piece);
    }
    return part;
  };
  return {
    name,
    shape: shape.map((each, at) => (at === axis ? length * groups : each)),
    ...(outer === 1 && { elements: [skipped, skipped + piece] }),
    of,
  };
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

/** Parts side by side along an axis, a piece of each in every group. */
function joined(parts: readonly StateEntry[], axis: number, groups: number): StateEntry {
  const shape = parts[0]?.shape ?? [];
  const outer = shape.slice(0, axis).reduce((product, each) => product * each, 1) * groups;
  const pieces = parts.map(({ data }) => data.length / outer);
  const group = pieces.reduce((sum, each) => sum + each, 0);
  const data = new Float32Array(outer * group);
  for (let row = 0; row < outer; row++) {
    let at = row * group;
    for (const [i, part] of parts.entries()) {
      const piece = pieces[i] as number;
      data.set(part.data.subarray(row * piece, (row + 1) * piece), at);
      at += piece;
    }
  }
  const size = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  return { shape: shape.map((each, at) => (at === axis ? size : each)), data };
}
