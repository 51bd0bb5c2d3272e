import { readFileSync } from "node:fs";
import { type NormalizerConfig, type PreTokenizerConfig, Tokenizer } from "@qkv/tokenizers";

// Written by golden/make_tokenizer_unicode.py with Hugging Face tokenizers: runs of code points, each the first and how
// many more, that answer a question with yes.
const { answers } = JSON.parse(readFileSync(new URL("golden/unicode.json", import.meta.url), "utf8")) as {
  answers: Readonly<Record<string, readonly number[]>>;
};

type Ask = (char: string) => boolean;

const tokenizer = (parts: {
  readonly normalizer?: NormalizerConfig;
  readonly pre_tokenizer?: PreTokenizerConfig;
}): Tokenizer => Tokenizer.fromJSON({ ...parts, model: { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0], ["a", -1]] } }); // prettier-ignore

/** How many pieces a pre-tokenizer makes of a character between two letters. */
function cut(pre_tokenizer: PreTokenizerConfig, count: number): Ask {
  const cutter = tokenizer({ pre_tokenizer });
  return (char) => new Set(cutter.encode(`a${char}a`).wordIds).size === count;
}

/** What a normalizer makes of a text: an unknown token reads as its text. */
function normal(normalizer: NormalizerConfig): (text: string) => string {
  const form = tokenizer({ normalizer });
  return (text) => form.encode(text).tokens.join("");
}

function isMatched(Regex: string): Ask {
  const matcher = tokenizer({
    pre_tokenizer: { type: "Split", pattern: { Regex }, behavior: "Removed", invert: true },
  });
  return (char) => matcher.encode(char).length > 0;
}

function changes(normalizer: NormalizerConfig): Ask {
  const form = normal(normalizer);
  return (char) => form(char) !== char;
}

const nfd = normal({ type: "NFD" });

const FORMS = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"] as const;

/** The questions, as our tokenizers answer them. */
const QUESTIONS: Readonly<Record<string, Ask>> = {
  ...Object.fromEntries(Object.keys(answers).flatMap((name) => (/[\\[]/.test(name) ? [[name, isMatched(name)]] : []))),
  ...Object.fromEntries(FORMS.map((type) => [type, changes({ type })])),
  Punctuation: cut({ type: "Punctuation" }, 3),
  Digits: cut({ type: "Digits" }, 3),
  WhitespaceSplit: cut({ type: "WhitespaceSplit" }, 2),
  Whitespace: cut({ type: "Whitespace" }, 1),
  BertPreTokenizer: cut({ type: "BertPreTokenizer" }, 3),
  UnicodeScripts: cut({ type: "UnicodeScripts" }, 1),
  BertNormalizer: changes({
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: false,
    strip_accents: true,
    lowercase: false,
  }),
  order: (char) => nfd(`${char}\u0334`) !== `${nfd(char)}\u0334`,
};

/** Every question, Hugging Face's answers by code point, and ours. */
export const questions = Object.entries(answers).map(([name, runs]) => {
  const theirs = new Uint8Array(0x110000);
  for (let i = 0; i < runs.length; i += 2) theirs.fill(1, runs[i], (runs[i] ?? 0) + (runs[i + 1] ?? 0) + 1);
  const ask = QUESTIONS[name];
  if (ask === undefined) throw new Error(`unicode.json: a question that nobody answers: ${name}`);
  const differs = (code: number): boolean => ask(String.fromCodePoint(code)) !== (theirs[code] === 1);
  return { name, differs };
});

const unsettled = new Map<number, boolean>();

/** Whether a text has a character that this engine's Unicode version counts otherwise than Hugging Face's libraries. */
export function isUnsettled(text: string, usesScripts: boolean): boolean {
  return Array.from(text, (char) => char.codePointAt(0) ?? 0).some((code) => {
    if (code < 0x250 || (code >= 0xd800 && code < 0xe000)) return false;
    const key = 2 * code + (usesScripts ? 1 : 0);
    let answer = unsettled.get(key);
    if (answer === undefined) {
      answer = questions.some(({ name, differs }) => (usesScripts || name !== "UnicodeScripts") && differs(code));
      unsettled.set(key, answer);
    }
    return answer;
  });
}
