/** A piece of a text that a translation must have as it is. */
export interface VerbatimSpan {
  readonly text: string;
  readonly kind: "address" | "number";
}

const WEB = /(?:https?:\/\/|www\.)[^<>"“”«»]+/iu;
const MAIL = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/u;
/** Ends of bare domains and of files' names. Those that are words as well (`it`, `is`, `me`) make an address only before a `/`. */
const ENDS =
  "com org net edu gov info io dev app eu fr de uk ca es nl ch pl jp kr cn html htm php pdf txt csv json js ts md py jpg jpeg png gif svg zip mp3 mp4 doc docx xls xlsx";
/** A domain without `www.`, with its path, or the name of a file. */
const BARE = new RegExp(
  `(?<![\\p{L}\\p{N}@._-])[\\p{L}\\p{N}_][\\p{L}\\p{N}_-]*(?:\\.[\\p{L}\\p{N}_-]+)*(?:\\.(?:${ENDS.replaceAll(" ", "|")})(?!(?!\\p{Script=Hangul})[\\p{L}\\p{N}_-])(?:\\p{Script=Hangul}+|[/?#:][^<>"“”«»]*)?|\\.[a-z]{2,6}/[^<>"“”«»]*)`,
  "u",
);
/** What Korean writes behind an address without a space: particles, and what makes a sentence of it. */
const PARTICLE =
  /(?<=[!-~])(?:은|는|이|가|을|를|의|도|만|와|과|랑|이랑|에|에서|에게|한테|께|로|으로|까지|부터|보다|처럼|이나|나|이고|고|이며|라고|이라고|입니다|이에요|예요|이야|야|이다|인데요?|이었어요|였어요|입니까|인가요|이죠|죠|이지)+$/u;
/** Digits in groups, as phone numbers are written, or four and more together. */
const NUMBER = /(?<![\p{L}\p{N}])(?:\+\d|\(\d|\d)(?:[ ().-]{0,2}\d){3,30}(?![\p{L}\p{N}])/gu;
/** The most characters of an address; a longer word is none. */
const LONGEST = 2048;

const DATE = /^(?:\d{4}[.-]\d{1,2}[.-]\d{1,2}|\d{1,2}[.-]\d{1,2}[.-]\d{2,4})$/;
/** Thousands apart, which each language sets apart by a mark of its own, and decimals. */
const AMOUNT = /^\d{1,3}(?:[ .]\d{3})+$|^\d+\.\d+$/;

/**
 * The web and mail addresses of a text, its names of files, its phone numbers and its numbers of four digits and more. Dates, and numbers whose
 * thousands are set apart, are none: each language writes them its own way.
 */
export function verbatimSpans(text: string): VerbatimSpan[] {
  const words = text.split(/\s+/);
  const addresses = words.map(addressIn);
  const rest = words.map((word, i) => (addresses[i] === undefined ? word : "")).join(" ");
  const numbers = Array.from(rest.matchAll(NUMBER), ([found]) => found).filter(isVerbatim);
  return [
    ...addresses.filter((found) => found !== undefined).map((found) => ({ text: found, kind: "address" as const })),
    ...numbers.map((found) => ({ text: found, kind: "number" as const })),
  ];
}

/** The address in a word; the marks at its end belong to the sentence, as does a bracket that is not opened in it. */
function addressIn(word: string): string | undefined {
  const [found] = (word.length <= LONGEST && (WEB.exec(word) ?? MAIL.exec(word) ?? BARE.exec(word))) || [];
  if (found === undefined) return undefined;
  let address = found;
  const isClosed = () => address.endsWith(")") && count(address, ")") > count(address, "(");
  const withoutMarks = () => {
    while (/[.,;:!?'’]$/u.test(address) || isClosed()) address = address.slice(0, -1);
  };
  withoutMarks();
  address = address.replace(PARTICLE, "");
  withoutMarks();
  return address;
}

const count = (text: string, char: string) => text.split(char).length - 1;

function isVerbatim(number: string): boolean {
  const digits = number.replace(/\D/g, "").length;
  return !DATE.test(number) && !AMOUNT.test(number) && digits >= (digits === number.length ? 4 : 7);
}
