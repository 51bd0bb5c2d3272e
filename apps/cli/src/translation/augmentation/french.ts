import { END_OF_WORD, type LanguageForms } from "./languageForms.ts";

const SMALL =
  "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split(
    " ",
  );
const TENS = "vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt".split(" ");
const SIGNS = { dollar: "$", euro: "€", pound: "£", won: "₩" } as const;
const NAMES = { dollar: "dollars", euro: "euros", pound: "livres", won: "wons" } as const;

const MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" ");
const WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split(" ");

/** French as in France. */
export const FRENCH: LanguageForms = {
  whole: (n) => [spaced(n), `${n}`],
  decimal: (x) => [spaced(x, 3)],
  words,
  percent: (n) => [`${n} %`, `${n}%`, `${n} pour cent`],
  currencies: ["dollar", "euro", "pound"],
  hasSigns: true,
  price: ({ amount, currency, sign }) => {
    const number = spaced(amount, 2, Number.isInteger(amount) ? 0 : 2);
    return sign ? [`${number} ${SIGNS[currency]}`, `${number}${SIGNS[currency]}`] : [`${number} ${NAMES[currency]}`];
  },
  time: ({ hour, minute }) => {
    const minutes = String(minute).padStart(2, "0");
    const forms = [`${hour} h ${minutes}`, `${hour}h${minutes}`, `${hour}:${minutes}`];
    return minute === 0 ? [`${hour} h`, `${hour}h`, `${hour} heures`, ...forms] : forms;
  },
  date: ({ day, month, year, weekday }) => {
    const first = weekday === undefined ? "" : `${WEEKDAYS[weekday]} `;
    const rest = `${MONTHS[month - 1]}${year === undefined ? "" : ` ${year}`}`;
    return day === 1 ? [`${first}1er ${rest}`, `${first}1 ${rest}`] : [`${first}${day} ${rest}`];
  },
  weekdays: WEEKDAYS,
  months: MONTHS,
  before: (text, value) =>
    /^[aeiouyàâéèêëîïôû]/i.test(value)
      ? text.replace(/\b(d|qu)e $/i, "$1'").replace(/\b(jusqu|lorsqu|puisqu)e $/i, "$1'")
      : text,
  after: (_value, text) => text,
  end: () => END_OF_WORD,
};

/** From 0 to 99: seventy is sixty-ten, ninety four-twenties-ten. */
function words(n: number): string {
  if (n < 20) return SMALL[n] ?? "";
  if (n === 80) return "quatre-vingts";
  const tens = TENS[Math.floor(n / 10) - 2] ?? "";
  const rest = n < 60 ? n % 10 : n % 20;
  if (rest === 0) return tens;
  return rest % 10 === 1 && n < 80 ? `${tens} et ${SMALL[rest]}` : `${tens}-${SMALL[rest]}`;
}

/** With a comma, and a space between thousands. */
function spaced(x: number, maximumFractionDigits = 0, minimumFractionDigits = 0): string {
  return x.toLocaleString("fr-FR", { minimumFractionDigits, maximumFractionDigits }).replace(/\s/g, " ");
}
