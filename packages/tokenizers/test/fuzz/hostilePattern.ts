import type { HostileRandom } from "./hostileRandom.ts";

const ATOMS = [
  ...["a", "b", "ab", ".", "\\w", "\\W", "\\s", "\\d", "\\p{L}", "\\P{N}", "[^a]", "[a-z&&[^b]]", "[[:alpha:]]", "\\X"],
  ...[
    "\\R",
    "\\K",
    "\\b",
    "\\B",
    "\\G",
    "\\A",
    "\\z",
    "\\Z",
    "^",
    "$",
    "é",
    "😀",
    "▁",
    "\\1",
    "\\2",
    "\\k<1>",
    "ß",
    "\\x{61}",
  ],
];
const QUANTIFIERS = [
  "*",
  "+",
  "?",
  "*?",
  "+?",
  "??",
  "*+",
  "++",
  "{2}",
  "{1,3}",
  "{0,50}",
  "{9000}",
  "{100000}",
  "{3,}",
  "{,2}",
];
const GROUPS = ["(", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?i)(?:", "(?i:", "(?m:", "(?x:"];
const WHOLE = [
  "[",
  "(",
  "(?",
  "a",
  "[a",
  "\\p{L}?",
  "(a*)",
  "(?:a|b)",
  "\\\\",
  "{",
  "a{1",
  "(?<",
  "(?#",
  "[^",
  "&&",
  "|",
];

/** A regular expression that somebody means harm with. */
export function hostilePattern(random: HostileRandom): string {
  if (random.chance(0.1)) return random.pick(WHOLE).repeat(random.pick([1, 10, 1000, 15_000, 100_000]));
  return alternatives(random, 4);
}

function alternatives(random: HostileRandom, depth: number): string {
  return Array.from({ length: 1 + random.below(3) }, () => sequence(random, depth)).join("|");
}

function sequence(random: HostileRandom, depth: number): string {
  return Array.from({ length: 1 + random.below(3) }, () => quantified(random, depth)).join("");
}

function quantified(random: HostileRandom, depth: number): string {
  const atom =
    depth > 0 && random.chance(0.45) ? `${random.pick(GROUPS)}${alternatives(random, depth - 1)})` : random.pick(ATOMS);
  return atom + random.list(3, () => random.pick(QUANTIFIERS)).join("");
}
