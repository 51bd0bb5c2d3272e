import { checkRecord } from "../argumentChecks.ts";
import { readGrid } from "../weightGrid.ts";
import { type AttentionKind, type AttentionRecord, type HeadMaps, kindsOf, sidesOf } from "./attentionRecord.ts";
import { attentionRollout, product } from "./attentionRollout.ts";
import { averageHeads } from "./averageHeads.ts";
import { filterWeights, type WeightFilter } from "./filterWeights.ts";

/** A stage of attention: the scores, the scores after the masks, the result of the softmax. */
export type AttentionStage = "scores" | "masked" | "weights";

/** The choice of a matrix of a record. */
export interface MatrixChoice extends WeightFilter {
  readonly kind: AttentionKind;
  /** A number, the mean of all, or their rollout: see {@link attentionRollout}. */
  readonly layer: number | "mean" | "rollout";
  /** A number, or the mean of all. */
  readonly head: number | "mean";
  /** The stage of attention. Default `weights`. Rollout always uses weights; the filter is for weights alone. */
  readonly stage?: AttentionStage;
}

/** A matrix of attention with the labels of its sides. */
export interface SelectedMatrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: Float32Array;
}

/**
 * Selects one matrix of a record, or combines many. A rollout of cross-attention is the mean of all its heads over the
 * encoder's rollout: how much of each source token the decoder got through the encoder.
 *
 * @throws RangeError if the record's sizes do not fit, or it has no such kind, layer, head or stage
 */
export function selectMatrix(record: AttentionRecord, choice: MatrixChoice): SelectedMatrix {
  checkRecord("selectMatrix", "record", record);
  checkRecord("selectMatrix", "choice", choice);
  const { kind, stage = "weights", ...filter } = choice;
  const { queries: rows, keys: columns } = sidesOf(record, kind);
  const maps = mapsOf(record, kind);
  const [, , queries, keys] = maps.shape;
  if (queries !== rows.length || keys !== columns.length) {
    throw new RangeError(
      `selectMatrix: expected ${rows.length} queries and ${columns.length} keys of ${kind}, got [${maps.shape}]`,
    );
  }
  if (choice.layer === "rollout") {
    return { rows, columns, values: filterWeights(rolloutOf(record, kind), keys, filter) };
  }
  const values = meanOf(maps, stage, choice.layer, choice.head);
  return { rows, columns, values: stage === "weights" ? filterWeights(values, keys, filter) : values };
}

function mapsOf(record: AttentionRecord, kind: AttentionKind): HeadMaps {
  const maps = record[kind];
  if (maps !== undefined) return maps;
  const known = kindsOf(record).join(", ") || "none";
  throw new RangeError(`selectMatrix: expected a kind of attention that the record has, ${known}, got ${kind}`);
}

function rolloutOf(record: AttentionRecord, kind: AttentionKind): Float32Array {
  const roll = ({ shape, weights }: HeadMaps) => attentionRollout({ shape, values: weights });
  if (kind !== "cross") return roll(mapsOf(record, kind));
  const [encoder, cross] = [mapsOf(record, "encoder"), mapsOf(record, "cross")];
  return product(averageHeads({ shape: cross.shape, values: cross.weights }), roll(encoder), encoder.shape[2]);
}

function meanOf(maps: HeadMaps, stage: AttentionStage, layer: number | "mean", head: number | "mean"): Float32Array {
  const values = maps[stage];
  if (values === undefined) throw new RangeError(`selectMatrix: expected ${stage}, got a record without them`);
  const [, , queries, keys] = maps.shape;
  const { panels } = readGrid("selectMatrix", { shape: maps.shape, values });
  const chosen = panels.filter(
    ({ row, column }) => (layer === "mean" || row === layer) && (head === "mean" || column === head),
  );
  if (chosen.length === 0)
    throw new RangeError(`selectMatrix: expected a layer and head of [${maps.shape}], got ${layer}, ${head}`);
  const joined = chosen.flatMap((panel) => Array.from(panel.values));
  return averageHeads({ shape: [1, chosen.length, queries, keys], values: joined });
}
