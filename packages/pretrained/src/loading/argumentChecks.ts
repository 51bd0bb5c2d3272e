import { describeArgument } from "@qkv/ops";
import type { Pretrained } from "./pretrained.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Refuses what is no opened model, a promise of one above all. */
export function checkPretrained(who: string, pretrained: Pretrained): void {
  if (typeof pretrained !== "object" || pretrained === null || !("model" in pretrained)) {
    const got = describeArgument(pretrained);
    throw new PretrainedError(`${who}: expected an opened model, which loadPretrained gives, got ${got}`);
  }
}

/** Refuses what is no text. */
export function checkText(who: string, text: string): void {
  if (typeof text !== "string") throw new RangeError(`${who}: expected a string, got ${describeArgument(text)}`);
}

/** Refuses what is no list, a single text or image above all. */
export function checkList(who: string, of: string, list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw new RangeError(`${who}: expected an array of ${of}, got ${describeArgument(list)}`);
}
