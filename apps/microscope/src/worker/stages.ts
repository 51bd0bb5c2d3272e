import { type Numbers, recordActivations, type RecordedActivations } from "@qkv/microscope";
import { numberThumbnail } from "@qkv/visualize";
import { stageKey } from "../flow/stageKey.ts";
import { likeliest } from "./likeliest.ts";
import { passForm } from "./passForm.ts";
import { answerLabels, type Reading, type Refusal } from "./readText.ts";
import type { Subject } from "./subject.ts";

/** A step of a pass, small. */
export interface Stage {
  readonly path: string;
  /** Which line of code makes it, and what it is called. */
  readonly key: string;
  readonly shape: readonly number[];
  /** A picture of its numbers. */
  readonly svg: string;
}

/** A part of the numbers of a step: of one head, and some columns. */
export interface StageNumbers {
  readonly shape: readonly number[];
  readonly heads: number;
  /** How many columns there are in all. */
  readonly width: number;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows, columns] */
  readonly values: Float32Array;
  /** The greatest size among all numbers of the head. */
  readonly full: number;
}

/** All numbers of a pass are kept while they are looked at: of longer texts they would be too many. */
const MOST_TOKENS = 32;
/** Columns that are shown at once. */
export const WINDOW = 12;
/** Logits that are shown: the others are of tokens that nobody would say. */
const ANSWERS = 24;
/** A mask puts less than this in the place of a score. */
const MASKED = -1e8;

/** Whether a step is shown: without dropout one is there twice. */
export function isShown(path: string): boolean {
  return !path.endsWith(".droppedProbabilities");
}

/**
 * The steps of a pass: those of a layer, or of the whole pass, where each layer is one.
 *
 * @param scope the path of a layer, or "" for the whole
 */
export async function stagesOf(subject: Subject, reading: Reading, scope: string): Promise<readonly Stage[] | Refusal> {
  const tokens = Math.max(reading.source.length, reading.target.length);
  if (tokens > MOST_TOKENS) return { refused: "long", tokens, most: MOST_TOKENS };
  const recorded = await record(subject, reading);
  const form = passForm(subject.model);
  return pathsIn(scope, recorded.paths.filter(isShown)).map((path) => {
    const { shape } = recorded.get(path);
    const { rows, columns, values } = flat(recorded.get(path));
    return { path, key: stageKey(path, form), shape, svg: numberThumbnail({ rows, columns, values }) };
  });
}

/** The numbers of a step, from a column on. */
export async function numbersOf(
  subject: Subject,
  reading: Reading,
  { path, head, from }: { readonly path: string; readonly head: number; readonly from: number },
): Promise<StageNumbers> {
  const { shape, values } = (await record(subject, reading)).get(path);
  const heads = shape.length === 4 ? (shape[1] ?? 1) : 1;
  const [rows = 1, width = 0] = shape.slice(-2);
  const matrix = values.subarray(Math.min(head, heads - 1) * rows * width).subarray(0, rows * width);
  const isLogits = path === "logits";
  const order = isLogits
    ? likeliest(matrix.slice(shape.length === 2 ? 0 : reading.position * width).subarray(0, width), ANSWERS)
    : Array.from({ length: width }, (_, i) => i);
  const shown = order.slice(from, from + WINDOW);
  const table = new Float32Array(rows * shown.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, column] of shown.entries()) table[row * shown.length + i] = matrix[row * width + column] ?? NaN;
  }
  const { queries, keys } = labelsIn(path, reading);
  const isOverKeys = /(?:[sS]cores|probabilities)$/.test(path);
  return {
    ...{ shape, heads, width: order.length, values: table, full: greatest(matrix) },
    rows: Array.from({ length: rows }, (_, i) => (rows === queries.length ? (queries[i] ?? "") : `${i}`)),
    columns: isLogits
      ? answerLabels(subject, shown)
      : shown.map((column) => (isOverKeys ? (keys[column] ?? "") : `${column}`)),
  };
}

/** One pass, recorded whole; that of the same text is not run again. */
async function record(subject: Subject, { inputs }: Reading): Promise<RecordedActivations> {
  const of = JSON.stringify(inputs);
  if (subject.recorded?.of !== of) {
    subject.recorded = { of, activations: await recordActivations(subject.model, inputs, ["**"]) };
  }
  return subject.recorded.activations;
}

function pathsIn(scope: string, paths: readonly string[]): readonly string[] {
  if (scope === "") return paths.filter((path) => !/layers\.\d+\./.test(path));
  const [stack = "", layer = ""] = scope.split(/layers\./);
  const before = layer === "0" ? `${stack}embeddings` : `${stack}layers.${Number(layer) - 1}`;
  const inside = paths.filter((path) => path.startsWith(`${scope}.`));
  return [before, ...inside.toSorted((a, b) => order(a, inside) - order(b, inside)), scope];
}

/** A pass projects keys first; people read queries, keys, values. */
function order(path: string, paths: readonly string[]): number {
  const isQuery = /\.(?:projectedQ|q)ueries$/.test(path);
  const place = isQuery ? path.replace(/[^.]+$/, "projectedKeys") : path;
  return paths.indexOf(place) - (isQuery ? (path.endsWith("projectedQueries") ? 0.75 : 0.5) : 0);
}

/** The tokens that a step's rows are of, and its keys. */
function labelsIn(path: string, { source, target }: Reading): { queries: readonly string[]; keys: readonly string[] } {
  const own = path.startsWith("encoder.") || target.length === 0 ? source : target;
  const isOfMemory = /crossAttn\.(?:projectedKeys|keys|values)$/.test(path);
  return { queries: isOfMemory ? source : own, keys: path.includes(".crossAttn.") ? source : own };
}

/** Heads below one another. */
function flat({ shape, values }: Numbers): { rows: number; columns: number; values: Float32Array } {
  const columns = shape.at(-1) ?? 0;
  return {
    rows: columns === 0 ? 0 : values.length / columns,
    columns,
    values: values.map((x) => (x <= MASKED ? 0 : x)),
  };
}

function greatest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (value > MASKED && Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most || 1;
}
