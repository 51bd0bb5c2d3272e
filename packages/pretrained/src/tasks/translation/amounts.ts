import { languageTag } from "../../loading/languageTag.ts";
import { forbid, keepOnly, lastTexts, type TokenTexts } from "./tokenTexts.ts";

/** A number whose thousands are set apart: `4,500`, `1 234 567`, `12.500,75`. Each language sets them apart by its own mark. */
export interface Amount {
  /** All of its digits. */
  readonly digits: string;
  /** The numbers of digits after which a mark may stand: before each group, and before decimals. */
  readonly breaks: ReadonlySet<number>;
  /** How many digits stand before its decimals. */
  readonly whole: number;
}

/** The numbers of a text: those whose thousands are set apart, and the digits of all others. */
export interface TextNumbers {
  readonly amounts: readonly Amount[];
  readonly others: readonly string[];
}

const GROUPS =
  /(?<![\p{L}\p{N}.,])(?<whole>\d{1,3}(?<mark>[ .,'\u00a0\u202f])\d{3}(?:\k<mark>\d{3}){0,4})(?<decimals>[.,]\d{1,4})?(?![\p{L}\p{N}]|[.,]\d)/gu;
/** The end of a text that is in the middle of a number, or behind it. */
const RUN = /(?<![\p{L}\p{N}.,])\d[\d .,'\u00a0\u202f]*$/u;
const MARK = /[^\d]/;
/** What makes a number longer. */
const LONGER = /^[ .,'\u00a0\u202f]?\d/u;
/** More characters than the longest amount has. */
const LONGEST = 40;

/** Finds the numbers of a text; `verbatim` are pieces of it, such as a phone number, that have no thousands in them. */
export function numbersOf(text: string, verbatim: readonly string[] = []): TextNumbers {
  const own = verbatim.reduce((rest, piece) => rest.replace(piece, " | "), text);
  const found = [...own.matchAll(GROUPS)];
  const rest = own.replace(GROUPS, " ");
  return {
    amounts: found.map(({ groups: { whole = "", decimals = "" } = {} }) => amountOf(whole, decimals)),
    others: [...(rest.match(/\d+/g) ?? []), ...verbatim.map((piece) => piece.replace(/\D/g, "")).filter(Boolean)],
  };
}

function amountOf(whole: string, decimals: string): Amount {
  const breaks = new Set<number>();
  let digits = "";
  for (const group of [...whole.split(MARK), decimals.slice(1)]) {
    if (digits !== "" && group !== "") breaks.add(digits.length);
    digits += group;
  }
  return { digits, breaks, whole: digits.length - Math.max(0, decimals.length - 1) };
}

/**
 * Keeps the digits of an amount: once its first two are written it goes on by its own digits, its thousands all set apart by one mark
 * or by none, to its end and no further. A number that none of the source begins with has two digits at most.
 *
 * @param decimalMark of the target language, which sets no thousands apart: `2,737` is a small number in French
 */
export function restrictAmounts(
  vocabulary: TokenTexts,
  scores: Float32Array,
  ids: readonly number[],
  { amounts, others }: TextNumbers,
  decimalMark?: string,
): void {
  const [run] = RUN.exec(lastTexts(vocabulary, ids, LONGEST).join("")) ?? [];
  if (run === undefined) return;
  const written = run.replace(/\D/g, "");
  const begun = amounts.filter(({ digits }) => digits.startsWith(written));
  const [amount] = begun;
  if (begun.length > 1 || others.some((digits) => digits.startsWith(written))) return; // it may be another
  const isBreak = amount !== undefined && amount.breaks.has(written.length) && written.length !== amount.whole;
  if (decimalMark !== undefined && isBreak && !MARK.test(run.at(-1) ?? "")) {
    forbid(vocabulary, scores, (text) => text.trimStart().startsWith(decimalMark));
  }
  if (written.length < 2) return;
  if (amount === undefined) return forbid(vocabulary, scores, (text) => LONGER.test(text)); // none of the source is so long
  const mark = markIn(run);
  const isDone = written.length === amount.digits.length;
  const isSure = mark !== undefined || !amount.breaks.has(written.length);
  const goesOn = (text: string) => isContinuation(text, amount, run, written, mark);
  const { texts } = vocabulary;
  if (isSure && !isDone) {
    return keepOnly(
      scores,
      texts.flatMap((text, id) => (goesOn(text) ? [id] : [])),
    );
  }
  forbid(vocabulary, scores, (text) => LONGER.test(text) && !goesOn(text));
}

/** The mark before decimals in a language; undefined if it is not known. */
export function decimalMarkOf(locale: string): string | undefined {
  try {
    const parts = new Intl.NumberFormat(languageTag(locale)).formatToParts(1.5);
    return parts.find(({ type }) => type === "decimal")?.value;
  } catch {
    return undefined; // the name of no single language
  }
}

/** The first mark between two digits. */
function markIn(run: string): string | undefined {
  return /\d([^\d]+)\d/.exec(run)?.[1];
}

/** Whether a token goes on with an amount: a mark where one may stand, digits, or both. */
function isContinuation(text: string, amount: Amount, run: string, written: string, mark: string | undefined): boolean {
  let [used, at] = [mark, written.length];
  let isMarked = MARK.test(run.at(-1) ?? "");
  for (const char of text) {
    if (MARK.test(char)) {
      const isDecimal = at === amount.whole && at < amount.digits.length;
      if (isMarked || !amount.breaks.has(at) || !/[ .,'\u00a0\u202f]/u.test(char)) return false;
      if (!isDecimal && used !== undefined && used !== char) return false;
      if (!isDecimal) used ??= char;
      isMarked = true;
    } else {
      const needsMark = !isMarked && amount.breaks.has(at) && (used !== undefined || at === amount.whole);
      if (needsMark || amount.digits[at] !== char) return false;
      isMarked = false;
      at += 1;
    }
  }
  return text !== "";
}
