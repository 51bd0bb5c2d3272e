import { AlignedBuilder, type AlignedText } from "./alignedText.ts";

/**
 * One character of an edited text. `change` relates it to the characters before the edit:
 * 0 replaces the next one, -n replaces it and removes n more, 1 is inserted and
 * shares the bounds of the character before it.
 */
export interface Edit {
  readonly char: string;
  readonly change: number;
}

/** Replaces the characters of `source` by `edits`, after dropping the first `skip` UTF-16 units. */
export function applyEdits(source: AlignedText, edits: Iterable<Edit>, skip = 0): AlignedText {
  const { text } = source;
  const builder = new AlignedBuilder();
  let offset = skip;
  for (const { char, change } of edits) {
    if (change > 0) {
      if (offset === 0) builder.push(char, source.origin, source.origin);
      else builder.push(char, source.startOf(offset - 1), source.endOf(offset - 1));
      continue;
    }
    builder.push(char, source.startOf(offset), source.endOf(offset));
    for (let taken = change; taken <= 0; taken++) offset += unitsAt(text, offset);
  }
  return builder.build(source.origin);
}

/** The number of UTF-16 units of the character at `i`; 0 past the end. */
export function unitsAt(text: string, i: number): number {
  const code = text.codePointAt(i);
  return code === undefined ? 0 : code > 0xffff ? 2 : 1;
}

/** Removes the characters of `source` that `keep` refuses; `maybe` is a quick test whether there can be any. */
export function keepChars(source: AlignedText, maybe: RegExp, keep: (char: string) => boolean): AlignedText {
  if (!maybe.test(source.text)) return source;
  const builder = new AlignedBuilder();
  forEachChar(source, (char, start, end) => keep(char) && builder.push(char, start, end));
  return builder.build(source.origin);
}

/** Replaces each character of `source` with `map(char)`. */
export function mapChars(source: AlignedText, map: (char: string) => string): AlignedText {
  const builder = new AlignedBuilder();
  let changed = false;
  forEachChar(source, (char, start, end) => {
    const mapped = map(char);
    changed ||= mapped !== char;
    builder.push(mapped, start, end);
  });
  return changed ? builder.build(source.origin) : source;
}

function forEachChar(source: AlignedText, visit: (char: string, start: number, end: number) => void): void {
  let i = 0;
  for (const char of source.text) {
    visit(char, source.startOf(i), source.endOf(i));
    i += char.length;
  }
}
