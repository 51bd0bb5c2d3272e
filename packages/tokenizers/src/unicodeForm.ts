import type { AlignedText } from "./alignedText.ts";
import { applyEdits, type Edit } from "./edits.ts";

/** A Unicode normalization form. */
export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** `source` in a Unicode normalization form. */
export function normalizeForm(source: AlignedText, form: UnicodeForm): AlignedText {
  const target = source.text.normalize(form);
  if (target === source.text) return source;
  const decomposed = reorder(decompose(source.text, form === "NFC" || form === "NFD" ? "NFD" : "NFKD"), target, form);
  return applyEdits(source, form === "NFD" || form === "NFKD" ? decomposed : compose(decomposed, target));
}

/** Every character on its own, decomposed: the first part stands in its place, the others are inserted. */
function decompose(text: string, form: "NFD" | "NFKD"): Edit[] {
  const edits: Edit[] = [];
  for (const whole of text) {
    let change = 0;
    for (const char of whole.normalize(form)) {
      edits.push({ char, change });
      change = 1;
    }
  }
  return edits;
}

/** The decomposed characters in canonical order, which a stable sort by combining class would give. */
function reorder(edits: Edit[], target: string, form: UnicodeForm): Edit[] {
  const ordered = form === "NFD" || form === "NFKD" ? target : target.normalize("NFD");
  if (edits.map(({ char }) => char).join("") === ordered) return edits;
  // Equal characters keep their order: each takes the first of its kind that is left.
  const left = new Map<string, Edit[]>();
  for (const edit of edits.toReversed()) {
    const same = left.get(edit.char);
    if (same === undefined) left.set(edit.char, [edit]);
    else same.push(edit);
  }
  return Array.from(ordered, (char) => left.get(char)?.pop() ?? { char, change: 1 });
}

/** Joins decomposed characters into the composed ones of `target`. */
function compose(edits: readonly Edit[], target: string): Edit[] {
  const composed: Edit[] = [];
  const used = new Set<number>();
  let first = 0;
  for (const char of target) {
    while (used.has(first)) first++;
    let change = 1;
    let at = first;
    for (const part of char.normalize("NFD")) {
      while (at < edits.length && (used.has(at) || edits[at]?.char !== part)) at++;
      used.add(at);
      change += (edits[at]?.change ?? 0) - 1;
    }
    composed.push({ char, change });
  }
  return composed;
}
