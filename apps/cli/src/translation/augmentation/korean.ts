import { finalSound } from "./hangul.ts";
import type { LanguageForms } from "./languageForms.ts";

const ONES = ["", ..."한 두 세 네 다섯 여섯 일곱 여덟 아홉".split(" ")];
const TENS = ["", ..."열 스물 서른 마흔 쉰 예순 일흔 여든 아흔".split(" ")];
const NAMES = { dollar: "달러", euro: "유로", pound: "파운드", won: "원" } as const;

const MONTHS = Array.from({ length: 12 }, (_, i) => `${i + 1}월`);
const WEEKDAYS = [..."월화수목금토일"].map((day) => `${day}요일`);

/** Particles that have one form behind a consonant and one behind a vowel, as they are written where either may follow. */
const PARTICLES: readonly (readonly [written: string, consonant: string, vowel: string])[] = [
  ["은(는)", "은", "는"],
  ["이(가)", "이", "가"],
  ["을(를)", "을", "를"],
  ["과(와)", "과", "와"],
  ["아(야)", "아", "야"],
  ["이에요(예요)", "이에요", "예요"],
  ["이었어요(였어요)", "이었어요", "였어요"],
  ["(이)랑", "이랑", "랑"],
  ["(이)라고", "이라고", "라고"],
  ["(이)야", "이야", "야"],
  ["(이)고", "이고", "고"],
  ["(으)로", "으로", "로"],
];

/** Particles that are always alike. */
const FIXED =
  "의 에 에게 에게서 에서 에는 에서는 한테 한테서 도 만 까지 부터 께 처럼 보다 씨 씨는 씨가 님 입니다".split(" ");

/** A form that may as well be another particle: it is left as it is. */
const AMBIGUOUS = new Set(["야", "고", "라고"]);

/** The forms of particles, the written choice of each. */
const CHOICES = new Map(
  PARTICLES.flatMap(([written, ...forms]) => forms.map((form) => [form, written] as const)).filter(
    ([form]) => !AMBIGUOUS.has(form),
  ),
);

const END = `(?=(?:${[...CHOICES.keys(), ...FIXED].join("|")})?(?![\\p{L}\\p{N}-]))`;

/** Korean as in South Korea. Values are followed by particles, of which a template gives both forms: `{person}은(는)`. */
export const KOREAN: LanguageForms = {
  whole: (n) => [n.toLocaleString("en-US"), `${n}`],
  decimal: (x) => [x.toLocaleString("en-US", { maximumFractionDigits: 3 })],
  words: (n) => {
    if (n === 0) return "영";
    return n === 20 ? "스무" : `${TENS[Math.floor(n / 10)]}${ONES[n % 10]}`;
  },
  percent: (n) => [`${n}%`, `${n}퍼센트`, `${n}프로`],
  currencies: ["won", "won", "won", "dollar", "euro"],
  hasSigns: false,
  price: ({ amount, currency }) => {
    const digits = Number.isInteger(amount) ? 0 : 2;
    const number = amount.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const name = NAMES[currency];
    const forms = [`${number}${name}`, `${number} ${name}`, `${amount.toFixed(digits)}${name}`];
    return currency === "won" && amount % 10000 === 0 ? [...forms, `${amount / 10000}만 원`] : forms;
  },
  time: ({ hour, minute, half }) => {
    const clock = half ? `${hour < 12 ? "오전" : "오후"} ${hour % 12 || 12}시` : `${hour}시`;
    const digital = `${hour}:${String(minute).padStart(2, "0")}`;
    if (minute === 0) return [clock, digital];
    return [`${clock} ${minute}분`, ...(minute === 30 ? [`${clock} 반`] : []), digital];
  },
  date: ({ day, month, year, weekday }) => {
    const first = year === undefined ? "" : `${year}년 `;
    const last = weekday === undefined ? "" : ` ${WEEKDAYS[weekday]}`;
    return [`${first}${month}월 ${day}일${last}`, `${first}${month}월${day}일${last}`];
  },
  weekdays: WEEKDAYS,
  months: MONTHS,
  before: (text) => text,
  after: (value, text) => {
    const choice = PARTICLES.find(([written]) => text.startsWith(written)) ?? particleAt(text);
    if (choice === undefined) return text;
    const [start, consonant, vowel] = choice;
    const sound = finalSound(value);
    const isVowel = sound === "vowel" || (sound === "ㄹ" && vowel === "로");
    return `${isVowel ? vowel : consonant}${text.slice(start.length)}`;
  },
  // A number is followed by what it counts; hours, days and months have no other number that fits.
  end: (value) => (/^\d/.test(value) ? "(?![\\p{N}.,:%-]|\\s?[시월일분초년세])" : END),
};

/** The particle that a text begins with and that ends there, in the form that it has. */
function particleAt(text: string): (typeof PARTICLES)[number] | undefined {
  const [form = ""] = /^\p{Script=Hangul}*/u.exec(text) ?? [];
  const particle = PARTICLES.find(([written]) => written === CHOICES.get(form));
  return particle && [form, particle[1], particle[2]];
}
