import { describeArgument } from "@qkv/ops";
import type { GenerativeModel } from "./options.ts";

/** Refuses a value that is no model that generates, a promise of one above all. */
export function checkModel(who: string, model: GenerativeModel): void {
  if (typeof model?.decode === "function") return;
  throw new RangeError(`${who}: expected a model that generates, got ${describeArgument(model)}`);
}

/** Refuses sources that are no lists of ids, empty ones, and a mask that does not fit them. */
export function checkSources(
  who: string,
  sourceIds: readonly (readonly number[])[],
  attentionMask: readonly (readonly number[])[] | undefined,
  vocabSize = Infinity,
): void {
  if (!Array.isArray(sourceIds)) {
    throw new RangeError(`${who}: expected an array of token ids for each source, got ${describeArgument(sourceIds)}`);
  }
  for (const [i, ids] of (sourceIds as readonly (readonly number[])[]).entries()) checkIds(who, i, ids, vocabSize);
  if (attentionMask === undefined) return;
  const length = sourceIds[0]?.length ?? 0;
  const fits = [...sourceIds, ...attentionMask].every((row) => row.length === length);
  if (!fits || attentionMask.length !== sourceIds.length) {
    const lengths = (rows: readonly (readonly number[])[]) => `[${rows.map((row) => row.length).join(", ")}]`;
    throw new RangeError(
      `${who}: expected sources and attentionMask of one length, got ${lengths(sourceIds)} and ${lengths(attentionMask)}`,
    );
  }
  const hidden = attentionMask.findIndex((row) => !row.includes(1));
  if (hidden !== -1) throw new RangeError(`${who}: expected at least one token in source ${hidden}, got padding alone`);
}

function checkIds(who: string, source: number, ids: readonly number[], vocabSize: number): void {
  const isList = Array.isArray(ids) || ArrayBuffer.isView(ids);
  if (!isList || (ids.length > 0 && typeof ids[0] !== "number")) {
    const got = isList ? `${describeArgument(ids)} of ${describeArgument(ids[0])}` : describeArgument(ids);
    throw new RangeError(`${who}: expected source ${source} to be an array of token ids, got ${got}`);
  }
  const odd = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (odd !== undefined) {
    const [last, hint] =
      vocabSize === Infinity ? ["", ""] : [` to ${vocabSize - 1}`, ": does it come from this model's tokenizer?"];
    throw new RangeError(`${who}: expected ids from 0${last} in source ${source}, got ${odd}${hint}`);
  }
  if (ids.length === 0) throw new RangeError(`${who}: expected at least one id in source ${source}, got none`);
}
