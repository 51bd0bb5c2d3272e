import type { AlignedText } from "../text/alignedText.ts";
import { keepChars, mapChars } from "../text/edits.ts";
import type { Json } from "../json/configValue.ts";
import { lowercase } from "./lowercase.ts";
import type { Normalizer } from "../components/normalizer.ts";
import { normalizeForm } from "./unicodeForm.ts";

const CONTROL = /\ufffd|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/u;
const MARK = /\p{Mn}/u;
// CJK ideographs, as BERT's own tokenizer lists them
// (https://github.com/google-research/bert/blob/master/tokenization.py, _is_chinese_char).
const IDEOGRAPH =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** Creates the normalizer of a BertNormalizer configuration. */
export function bertNormalizer(config: Json): Normalizer {
  const lower = config.at("lowercase").booleanOr(true);
  const cleaning: ((text: AlignedText) => AlignedText)[] = [];
  if (config.at("clean_text").booleanOr(true)) cleaning.push(cleanText);
  if (config.at("handle_chinese_chars").booleanOr(true)) cleaning.push(spaceIdeographs);
  const stripsAccents = config.at("strip_accents").booleanOr(lower);
  return (given) => {
    const isAscii = ASCII.test(given.text);
    const cleaned = LATIN.test(given.text) ? given : cleaning.reduce((text, step) => step(text), given);
    const stripped = stripsAccents && !isAscii ? stripAccents(cleaned) : cleaned;
    return lower ? lowercase(stripped) : stripped;
  };
}

const ASCII = /^[ -~]*$/;
// Nothing to clean: letters, signs and plain spaces.
const LATIN = /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027]*$/;

function cleanText(source: AlignedText): AlignedText {
  const kept = keepChars(source, CONTROL, (char) => !CONTROL.test(char));
  return kept.withText(kept.text.replace(/\p{White_Space}/gu, " "));
}

function spaceIdeographs(source: AlignedText): AlignedText {
  if (!IDEOGRAPH.test(source.text)) return source;
  return mapChars(source, (char) => (IDEOGRAPH.test(char) ? ` ${char} ` : char));
}

function stripAccents(source: AlignedText): AlignedText {
  const stripped = stripPrecomposed(source.text);
  if (stripped !== undefined) return source.withText(stripped);
  return keepChars(normalizeForm(source, "NFD"), MARK, (char) => !MARK.test(char));
}

/** `text` without accents if that leaves as many UTF-16 units, one for each that was there; else undefined. */
function stripPrecomposed(text: string): string | undefined {
  let stripped = "";
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    let base = BASES.get(unit);
    if (base === undefined) {
      const char = text.charAt(i);
      base = char.normalize("NFD").replace(/\p{Mn}/gu, "");
      // Other marks may change places with their neighbours.
      if (base.length !== 1 || /[\p{M}\p{Surrogate}]/u.test(char)) base = "";
      BASES.set(unit, base);
    }
    if (base === "") return undefined;
    if (base.charCodeAt(0) === unit) continue;
    stripped += text.slice(last, i) + base;
    last = i + 1;
  }
  return stripped + text.slice(last);
}

/** By UTF-16 unit: a character without its accents, or "" where it is not a single unit. */
const BASES = new Map<number, string>();
