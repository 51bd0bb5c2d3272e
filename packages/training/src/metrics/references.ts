import { describeArgument } from "@qkv/ops";

/** The version of sacreBLEU whose numbers and signatures these metrics give. */
export const SACREBLEU_VERSION = "2.6.0";

/** The references of each hypothesis, from one list for each reference translation. */
export function referencesOf(
  who: string,
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  if (hypotheses.length === 0) throw new RangeError(`${who}: expected at least one hypothesis, got none`);
  if (references.length === 0) throw new RangeError(`${who}: expected at least one list of references, got none`);
  for (const list of references) {
    if (!Array.isArray(list))
      throw new RangeError(
        `${who}: expected lists of references, [[one for each text]], got ${describeArgument(list)}`,
      );
    if (list.length !== hypotheses.length) {
      throw new RangeError(`${who}: expected ${hypotheses.length} references, got ${list.length}`);
    }
  }
  return hypotheses.map((_, i) => references.map((list) => list[i] ?? ""));
}
