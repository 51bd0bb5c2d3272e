import { describeArgument } from "@qkv/ops";
import type { Pretrained } from "./pretrained.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Refuses values that are no opened model, above all a promise of one. */
export function checkPretrained(who: string, pretrained: Pretrained): void {
  if (typeof pretrained !== "object" || pretrained === null || !("model" in pretrained)) {
    const got = describeArgument(pretrained);
    throw new PretrainedError(`${who}: expected an opened model, which loadPretrained gives, got ${got}`);
  }
}

/** Refuses values that are no text. */
export function checkText(who: string, text: string): void {
  if (typeof text !== "string") throw new RangeError(`${who}: expected a string, got ${describeArgument(text)}`);
}

/** Refuses values that are no list, above all a single text or image. */
export function checkList(who: string, of: string, list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw new RangeError(`${who}: expected an array of ${of}, got ${describeArgument(list)}`);
}

/** Refuses values that are no count of at least 1. */
export function checkCount(who: string, name: string, count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) return;
  throw new RangeError(`${who}: expected ${name} to be a whole number above 0, got ${describeArgument(count)}`);
}
