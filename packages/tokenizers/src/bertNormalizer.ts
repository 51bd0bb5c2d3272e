import type { AlignedText } from "./alignedText.ts";
import { keepChars, mapChars } from "./edits.ts";
import type { Json } from "./json.ts";
import { lowercase } from "./lowercase.ts";
import type { Normalizer } from "./normalizers.ts";
import { normalizeForm } from "./unicodeForm.ts";

const CONTROL = /\ufffd|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/u;
const SPACE = /\p{White_Space}/u;
const MARK = /\p{Mn}/u;
// CJK ideographs, as BERT's own tokenizer lists them
// (https://github.com/google-research/bert/blob/master/tokenization.py, _is_chinese_char).
const IDEOGRAPH =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** The normalizer of a BertNormalizer configuration. */
export function bertNormalizer(config: Json): Normalizer {
  const lower = config.at("lowercase").booleanOr(true);
  const steps: Normalizer[] = [];
  if (config.at("clean_text").booleanOr(true)) steps.push(cleanText);
  if (config.at("handle_chinese_chars").booleanOr(true)) steps.push(spaceIdeographs);
  if (config.at("strip_accents").booleanOr(lower)) steps.push(stripAccents);
  if (lower) steps.push(lowercase);
  return (text) => steps.reduce((result, step) => step(result), text);
}

function cleanText(source: AlignedText): AlignedText {
  const kept = keepChars(source, CONTROL, (char) => !CONTROL.test(char));
  return /(?! )\p{White_Space}/u.test(kept.text) ? mapChars(kept, (char) => (SPACE.test(char) ? " " : char)) : kept;
}

function spaceIdeographs(source: AlignedText): AlignedText {
  if (!IDEOGRAPH.test(source.text)) return source;
  return mapChars(source, (char) => (IDEOGRAPH.test(char) ? ` ${char} ` : char));
}

function stripAccents(source: AlignedText): AlignedText {
  return keepChars(normalizeForm(source, "NFD"), MARK, (char) => !MARK.test(char));
}
