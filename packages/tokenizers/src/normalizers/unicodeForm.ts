import { AlignedBuilder, type AlignedText } from "../text/alignedText.ts";
import { applyEdits, type Edit } from "../text/edits.ts";

/** A Unicode normalization form. */
export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** Converts `source` to a Unicode normalization form. */
export function normalizeForm(source: AlignedText, form: UnicodeForm): AlignedText {
  const { text } = source;
  if (text.normalize(form) === text) return source;
  const builder = new AlignedBuilder();
  for (let start = 0; start < text.length;) {
    const end = boundaryAfter(text, start + STRETCH);
    const stretch = normalizeStretch(source.slice(start, end), form);
    builder.copy(stretch, 0, stretch.text.length);
    start = end;
  }
  return builder.build(source.origin);
}

// UTF-16 units, more or less, that are normalized at a time: a character takes some hundred bytes meanwhile.
const STRETCH = 1024;

/** The start of the first character from `from` on that neither combines nor reorders with an earlier one. */
function boundaryAfter(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0).normalize("NFKD");
    if (/^[^\p{M}\p{Surrogate}\u1160-\u11ff]/u.test(char)) return at;
  }
  return text.length;
}

function normalizeStretch(source: AlignedText, form: UnicodeForm): AlignedText {
  const target = source.text.normalize(form);
  if (target === source.text) return source;
  const decomposed = reorder(decompose(source.text, form === "NFC" || form === "NFD" ? "NFD" : "NFKD"), target, form);
  return applyEdits(source, form === "NFD" || form === "NFKD" ? decomposed : compose(decomposed, target));
}

/** Decomposes every character by itself: the first part takes its place, the others are inserted. */
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

/** Puts decomposed characters into canonical order, that of a stable sort by combining class. */
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
  const used = new Uint8Array(edits.length);
  let first = 0;
  for (const char of target) {
    while (used[first] === 1) first++;
    let change = 1;
    let at = first;
    for (const part of char.normalize("NFD")) {
      while (at < edits.length && (used[at] === 1 || edits[at]?.char !== part)) at++;
      used[at] = 1;
      change += (edits[at]?.change ?? 0) - 1;
    }
    composed.push({ char, change });
  }
  return composed;
}
