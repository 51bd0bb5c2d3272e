import { readFileSync } from "node:fs";
import { type Answer, changed, CODES, cut, matched, reordered } from "./unicodeAnswers.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));

// Written by golden/make_tokenizer_unicode.py with Hugging Face tokenizers: runs of code points, each the first and how
// many more, that answer a question with yes.
const { answers } = read("unicode") as { answers: Readonly<Record<string, readonly number[]>> };

/** By question, the characters that this engine counts otherwise than Hugging Face's libraries: `c77 1c89-1c8a`. */
export type Differences = Readonly<Record<string, string>>;

/** The version of Unicode that this engine has. */
export const UNICODE = process.versions["unicode"] ?? "";

/** What is written down for this version, by writeUnicodeDifferences.ts; undefined if nobody ran it on such an engine. */
export const listed = (read("unicode-differences") as Readonly<Record<string, Differences>>)[UNICODE];

const FORMS = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"] as const;

/** The questions, as our tokenizers answer them. */
const QUESTIONS: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(Object.keys(answers).flatMap((name) => (/[\\[]/.test(name) ? [[name, matched(name)]] : []))),
  ...Object.fromEntries(FORMS.map((type) => [type, changed({ type })])),
  Punctuation: cut({ type: "Punctuation" }, 3),
  Digits: cut({ type: "Digits" }, 3),
  WhitespaceSplit: cut({ type: "WhitespaceSplit" }, 2),
  Whitespace: cut({ type: "Whitespace" }, 1),
  BertPreTokenizer: cut({ type: "BertPreTokenizer" }, 3),
  UnicodeScripts: cut({ type: "UnicodeScripts" }, 1),
  ...Object.fromEntries(
    Object.keys(answers).flatMap((name) => {
      const [type, beside] = name.split(" ");
      return type === "UnicodeScripts" && beside !== undefined ? [[name, cut({ type }, 1, beside)]] : [];
    }),
  ),
  BertNormalizer: changed({
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: false,
    strip_accents: true,
    lowercase: false,
  }),
  order: reordered,
};

/** Asks every question about every character. */
export function findDifferences(): Differences {
  return Object.fromEntries(
    Object.entries(answers).map(([name, runs]) => {
      const ask = QUESTIONS[name];
      if (ask === undefined) throw new Error(`unicode.json: a question that nobody answers: ${name}`);
      const theirs = new Uint8Array(0x110000);
      for (let i = 0; i < runs.length; i += 2) theirs.fill(1, runs[i], (runs[i] ?? 0) + (runs[i + 1] ?? 0) + 1);
      const ours = ask();
      return [name, write(CODES.filter((code) => ours.has(code) !== (theirs[code] === 1)))];
    }),
  );
}

const PLACES = new Map(CODES.map((code, i) => [code, i]));

/** Code points in runs: of those that are asked about, nothing is left out within one. */
function write(codes: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const code of codes) {
    const run = runs.at(-1);
    if (run !== undefined && PLACES.get(run[1]) === (PLACES.get(code) ?? 0) - 1) run[1] = code;
    else runs.push([code, code]);
  }
  return runs.map((run) => Array.from(new Set(run), (code) => code.toString(16)).join("-")).join(" ");
}

/** Whether a list that {@link findDifferences} wrote has a code point. */
export function isListed(list: string, code: number): boolean {
  return list.split(" ").some((run) => {
    const [first = NaN, last = first] = run.split("-").map((hex) => Number.parseInt(hex, 16));
    return first <= code && code <= last;
  });
}

let differences: Differences | undefined;
const unsettled = new Map<number, boolean>();

/** Whether a text has a character that this engine's Unicode version counts otherwise than Hugging Face's libraries. */
export function isUnsettled(text: string, usesScripts: boolean): boolean {
  differences ??= listed ?? findDifferences();
  const lists = Object.entries(differences).filter(([name]) => usesScripts || !name.startsWith("UnicodeScripts"));
  return Array.from(text, (char) => char.codePointAt(0) ?? 0).some((code) => {
    const key = 2 * code + (usesScripts ? 1 : 0);
    let answer = unsettled.get(key);
    if (answer === undefined) {
      answer = lists.some(([, list]) => isListed(list, code));
      unsettled.set(key, answer);
    }
    return answer;
  });
}
