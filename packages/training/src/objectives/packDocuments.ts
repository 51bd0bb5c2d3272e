import { checkArray, checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { TokenIds } from "./tokenIds.ts";

/** How documents are joined. */
export interface PackOptions {
  /** L, the number of tokens of each row. */
  readonly length: number;
  /** The token after each document. */
  readonly endId: number;
  /** Whether an end token predicts nothing, as nothing of the next document can be seen by it. Default false. */
  readonly separate?: boolean;
}

const NAMES: OptionNames<PackOptions> = { length: true, endId: true, separate: true };

/** A row of joined documents for causal language modelling. */
export interface PackedRow {
  /** [L] */
  readonly ids: Int32Array;
  /** [L], the token after each, -100 where none is to be predicted. */
  readonly labels: Int32Array;
  /** [L], the number of each token's document in the row, from 0: what {@link documentMask} takes. */
  readonly documents: Int32Array;
  /** [L], the place of each token in its document's part of the row, from 0. */
  readonly positions: Int32Array;
}

/**
 * Joins documents, each with an end token, and cuts the text into rows of one length, so that no place is padding. What
 * remains at the end is left out.
 *
 * @param documents token ids of each
 */
export function* packDocuments(
  documents: Iterable<TokenIds>,
  options: PackOptions,
): Generator<PackedRow, void, undefined> {
  const who = "packDocuments";
  checkArray(who, "documents", documents);
  checkOptions(who, options, NAMES);
  const { length, endId, separate = false } = options;
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new RangeError(`${who}: expected length to be a positive integer, got ${describeArgument(length)}`);
  }
  if (!Number.isSafeInteger(endId) || endId < 0) {
    throw new RangeError(`${who}: expected endId to be an integer from 0, got ${describeArgument(endId)}`);
  }
  let tokens: number[] = [];
  let owners: number[] = [];
  let count = 0;
  for (const document of documents) {
    checkArray(who, `document ${count}`, document);
    for (let i = 0; i <= document.length; i++) {
      tokens.push(i < document.length ? (document[i] as number) : endId);
      owners.push(count);
      if (tokens.length <= length) continue;
      yield rowOf(tokens, owners, separate);
      tokens = [tokens[length] as number]; // a row's last label is the first token of the next
      owners = [owners[length] as number];
    }
    count += 1;
  }
}

function rowOf(tokens: readonly number[], owners: readonly number[], separate: boolean): PackedRow {
  const length = tokens.length - 1;
  const first = owners[0] as number;
  const documents = Int32Array.from({ length }, (_, i) => (owners[i] as number) - first);
  const positions = new Int32Array(length);
  for (let i = 1; i < length; i++)
    positions[i] = documents[i] === documents[i - 1] ? (positions[i - 1] as number) + 1 : 0;
  const labels = Int32Array.from({ length }, (_, i) =>
    separate && owners[i] !== owners[i + 1] ? -100 : (tokens[i + 1] as number),
  );
  return { ids: Int32Array.from(tokens.slice(0, length)), labels, documents, positions };
}

/**
 * The mask that keeps packed documents apart: a token sees those of its own document, up to itself.
 *
 * @param rows the document of each token, [B][L]
 * @returns [B, 1, L, L] bool
 * @throws RangeError if the rows differ in length
 */
export function documentMask(rows: readonly TokenIds[]): tf.Tensor4D {
  const who = "documentMask";
  checkArray(who, "rows", rows);
  const [batch, length] = [rows.length, rows[0]?.length ?? 0];
  const mask = new Uint8Array(batch * length * length);
  for (const [b, row] of rows.entries()) {
    if (row?.length !== length)
      throw new RangeError(`${who}: expected rows of ${length} tokens, got ${row?.length} at ${b}`);
    for (let query = 0; query < length; query++) {
      for (let key = 0; key <= query; key++) {
        mask[(b * length + query) * length + key] = Number(row[key] === row[query]);
      }
    }
  }
  return tf.tensor4d(mask, [batch, 1, length, length], "bool");
}
