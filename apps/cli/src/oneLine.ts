/** Whatever some reader of lines takes for an end: line feeds, returns, VT, FF, NEL, U+2028, U+2029. */
const BREAK = /[\n\v\f\r\x85\u2028\u2029]/;

/** A text on one line: a space in the place of white space that has a line break in it. */
export function oneLine(text: string): string {
  return text.replace(/[\s\x85]+/g, (space) => (BREAK.test(space) ? " " : space));
}
