import { END_OF_WORD, type LanguageForms } from "./languageForms.ts";

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SIGNS = { dollar: "$", euro: "€", pound: "£", won: "₩" } as const;

const MONTHS = "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");

/** English as in the United States; also how it is written in Britain, where that is read and not written. */
export const ENGLISH: LanguageForms = {
  whole: (n) => [n.toLocaleString("en-US"), `${n}`],
  decimal: (x) => [x.toLocaleString("en-US", { maximumFractionDigits: 3 })],
  words: (n) => {
    if (n < 20) return SMALL[n] ?? "";
    const tens = TENS[Math.floor(n / 10) - 2] ?? "";
    return n % 10 === 0 ? tens : `${tens}-${SMALL[n % 10]}`;
  },
  percent: (n) => [`${n}%`, `${n} %`, `${n} percent`],
  currencies: ["dollar", "euro", "pound"],
  hasSigns: true,
  price: ({ amount, currency, sign }) => {
    const number = amount.toLocaleString("en-US", cents(amount));
    const signed = [`${SIGNS[currency]}${number}`, `${number}${SIGNS[currency]}`];
    const word = `${number} ${currency}${currency === "won" ? "" : "s"}`;
    if (sign === undefined) return currency === "won" ? [word, ...signed] : [...signed, word];
    return sign ? signed : [word];
  },
  time: ({ hour, minute, half }) => {
    const minutes = `:${String(minute).padStart(2, "0")}`;
    const [dotted, plain] = hour < 12 ? ["a.m.", "am"] : ["p.m.", "pm"];
    const short = `${hour % 12 || 12}${minute === 0 ? "" : minutes}`;
    const halves = [`${short} ${dotted}`, `${short} ${plain}`, `${short}${plain}`, `${short} ${plain.toUpperCase()}`];
    const whole = `${hour}${minutes}`; // which half, it says by itself or not at all
    return half ? [...halves, whole] : [whole, ...halves];
  },
  date: ({ day, month, year, weekday }) => {
    const name = MONTHS[month - 1] ?? "";
    const first = weekday === undefined ? "" : `${WEEKDAYS[weekday]}, `;
    const [american, british] = year === undefined ? ["", ""] : [`, ${year}`, ` ${year}`];
    return [`${first}${name} ${day}${american}`, `${first}${day} ${name}${british}`];
  },
  weekdays: WEEKDAYS,
  months: MONTHS,
  before: (text) => text,
  after: (_value, text) => text,
  end: () => END_OF_WORD,
};

function cents(amount: number): { minimumFractionDigits: number; maximumFractionDigits: number } {
  const digits = Number.isInteger(amount) ? 0 : 2;
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}
