import type { GgufArchitecture, Sizes } from "./architectures/architecture.ts";

/** An array of Hugging Face's files in a tensor of llama.cpp's. */
export interface TensorPlace {
  readonly name: string;
  /** Which rows of the tensor it has; undefined: all. */
  readonly rows?: readonly [start: number, end: number];
  /** Which of the matrices that lie one behind another it is. */
  readonly entry?: number;
  /** Whether it is a matrix of one row. */
  readonly isOneRow?: boolean;
}

/** The first tensor that a model of so many layers needs and a file lacks. */
export function missingTensor(
  { needed, joined = {}, names }: GgufArchitecture,
  file: { has(name: string): boolean },
  layers: number,
): string | undefined {
  const whole = ["token_embd.weight", "output_norm.weight"].find((name) => !file.has(name));
  if (whole !== undefined) return whole;
  const isHalf = joined["blk.*.attn_qkv.weight"] !== undefined && names["blk.*.attn_q.weight"] !== undefined;
  for (let layer = 0; layer < layers; layer++) {
    const at = (part: string) => `blk.${layer}.${part}.weight`;
    const eachAlone = isHalf && !file.has(at("attn_qkv")) ? ["attn_q", "attn_k", "attn_v"] : [];
    const missing = [...needed, ...eachAlone].find((part) => !file.has(at(part)));
    if (missing !== undefined) return at(missing);
  }
  return undefined;
}

/** The arrays of Hugging Face's files that a tensor holds; undefined if it is not known. */
export function placesOf(
  architecture: GgufArchitecture,
  sizes: Sizes,
  file: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  name: string,
): readonly TensorPlace[] | undefined {
  const [, layer = ""] = /^blk\.(\d+)\./.exec(name) ?? [];
  const pattern = layer === "" ? name : name.replace(/^blk\.\d+/, "blk.*");
  const { [pattern]: parts } = architecture.joined ?? {};
  if (parts !== undefined) {
    const rows = headRows(sizes);
    return parts.map((part, i) => ({ name: part.replace("*", layer), rows: rows[i] as [number, number] }));
  }
  const { [pattern]: each } = architecture.stacked ?? {};
  if (each !== undefined) {
    const [count = 0, ...matrix] = file.get(name)?.shape ?? [];
    if (matrix.length !== 2 || matrix.includes(0)) return undefined;
    return Array.from({ length: count }, (_, entry) => ({ name: stackedName(each, layer, entry), entry }));
  }
  const { [pattern]: whole } = namesIn(architecture, file);
  const isOneRow = architecture.oneRow?.includes(pattern) === true;
  return whole === undefined ? undefined : [{ name: whole.replace("*", layer), isOneRow }];
}

function stackedName(each: string, layer: string, entry: number): string {
  return each.replace("*", layer).replace("#", String(entry));
}

/** The rows of queries, keys and values where they are joined. */
export function headRows({ heads, keyValueHeads, headDim }: Sizes): readonly (readonly [start: number, end: number])[] {
  const [queries, keys] = [heads * headDim, keyValueHeads * headDim];
  return [
    [0, queries],
    [queries, queries + keys],
    [queries + keys, queries + 2 * keys],
  ];
}

function namesIn({ names, namesWith = {} }: GgufArchitecture, file: { has(name: string): boolean }) {
  const [, others] = Object.entries(namesWith).find(([tensor]) => file.has(tensor)) ?? [];
  return others === undefined ? names : { ...names, ...others };
}

/** The tensor of llama.cpp's files that holds an array of Hugging Face's, and which of its parts that is; undefined if none does. */
export function ggufPlace(
  { names, namesWith = {}, joined = {}, stacked = {} }: GgufArchitecture,
  name: string,
): { readonly name: string; readonly part?: number; readonly isStacked?: boolean } | undefined {
  const [, layer = ""] = /\.(\d+)\./.exec(name) ?? [];
  const pattern = layer === "" ? name : name.replace(`.${layer}.`, ".*.");
  const all = [names, ...Object.values(namesWith)].flatMap((each) => Object.entries(each));
  const [whole] = all.find(([, theirs]) => theirs === pattern) ?? [];
  if (whole !== undefined) return { name: whole.replace("*", layer) };
  for (const [tensor, parts] of Object.entries(joined)) {
    const part = parts.indexOf(pattern);
    if (part >= 0) return { name: tensor.replace("*", layer), part };
  }
  const [, entry = ""] = /\.experts\.(\d+)\./.exec(name) ?? [];
  for (const [tensor, each] of Object.entries(stacked)) {
    if (stackedName(each, layer, Number(entry)) !== name) continue;
    return { name: tensor.replace("*", layer), part: Number(entry), isStacked: true };
  }
  return undefined;
}

/**
 * How many heads a tensor's rows belong to whose halves llama.cpp has woven, since it turns neighbouring features and
 * Hugging Face the two halves of a head; undefined for a tensor as it was.
 */
export function wovenHeads({ isWoven }: GgufArchitecture, sizes: Sizes, name: string): number | undefined {
  if (isWoven !== true) return undefined;
  const [, kind] = /^blk\.\d+\.attn_([qk])\./.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return sizes[kind === "q" ? "heads" : "keyValueHeads"];
}

/** What is added to the numbers of a tensor in these files. */
export function shiftOf({ hasShiftedNorms }: GgufArchitecture, name: string): number {
  return hasShiftedNorms === true && name.endsWith("norm.weight") ? 1 : 0;
}

/**
 * Rows [H * D, ...] in Hugging Face's order: of each head the even ones first, then the odd ones. Rows are whole runs of
 * blocks, so packed bytes are moved as they are.
 */
export function unwoven(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  return movedRows(bytes, rows, (row) => [wovenRow(row, rows / heads), row]);
}

/** Rows in llama.cpp's order: the inverse of {@link unwoven}. */
export function woven(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  return movedRows(bytes, rows, (row) => [row, wovenRow(row, rows / heads)]);
}

/** The place of a row among llama.cpp's, of heads of `dim` rows. */
function wovenRow(row: number, dim: number): number {
  const feature = row % dim;
  return row - feature + 2 * (feature % (dim / 2)) + Math.floor(feature / (dim / 2));
}

function movedRows(bytes: Uint8Array, rows: number, places: (row: number) => [from: number, to: number]): Uint8Array {
  const rowBytes = bytes.length / rows;
  const all = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = places(row);
    all.set(bytes.subarray(from * rowBytes, (from + 1) * rowBytes), to * rowBytes);
  }
  return all;
}
