// White space of Python's str.split and str.rstrip; JavaScript's \s leaves out \x1c-\x1f and \x85, and adds
// the byte order mark.
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`${SPACE}+`, "u");
const TRAILING_SPACES = new RegExp(`${SPACE}+$`, "u");

/** Splits at white space, as Python's `str.split`. */
export function words(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

/** Removes white space at the end, as Python's `str.rstrip`. */
export function withoutTrailingSpace(text: string): string {
  return text.replace(TRAILING_SPACES, "");
}
