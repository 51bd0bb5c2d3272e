/** The first of the syllables that Unicode composes of an onset, a vowel and a coda. */
const FIRST = 0xac00;
const LAST = 0xd7a3;

const ONSETS = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const VOWELS = [..."ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"];
const CODAS = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];

/** A syllable of its letters. @throws RangeError if they make none */
export function syllable(onset: string, vowel: string, coda = ""): string {
  const [i, j, k] = [ONSETS.indexOf(onset), VOWELS.indexOf(vowel), CODAS.indexOf(coda)];
  if (i < 0 || j < 0 || k < 0)
    throw new RangeError(`syllable: expected letters of Hangul, got ${onset}${vowel}${coda}`);
  return String.fromCharCode(FIRST + (i * VOWELS.length + j) * CODAS.length + k);
}

/** How a word ends: in a vowel, in ㄹ, or in another consonant. */
export type FinalSound = "vowel" | "ㄹ" | "consonant";

/** The numerals as they are read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구; tens, hundreds and thousands end in a consonant too. */
const DIGITS: readonly FinalSound[] = [
  ...(["consonant", "ㄹ", "vowel", "consonant", "vowel"] as const),
  ...(["vowel", "consonant", "ㄹ", "ㄹ", "vowel"] as const),
];

/** How a text ends when it is read aloud: by its last syllable, digit or Latin letter. */
export function finalSound(text: string): FinalSound {
  const read = text.replace(/[^\p{L}\p{N}%]+$/u, "");
  const last = read.at(-1) ?? "";
  const code = last.charCodeAt(0);
  if (code >= FIRST && code <= LAST) {
    const coda = CODAS[(code - FIRST) % CODAS.length];
    if (coda === "") return "vowel";
    return coda === "ㄹ" ? "ㄹ" : "consonant";
  }
  if (/\d/.test(last)) return DIGITS[Number(last)] ?? "vowel";
  if (/\d ?k?m$/.test(read)) return "vowel"; // 미터
  if (/\d ?k?g$/.test(read)) return "consonant"; // 그램
  if (/l$|[LR]$|\.kr$/.test(read)) return "ㄹ"; // 엘, 알
  return /([mn]|ng|\.net)$/i.test(read) ? "consonant" : "vowel";
}
