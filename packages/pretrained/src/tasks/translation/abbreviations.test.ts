import { describe, expect, test } from "vitest";
import { splitText } from "./splitText.ts";

function sentences(text: string, locale: string | undefined): string[] {
  const segments = splitText(text, { countTokens: () => 1, maxTokens: Infinity, locale });
  expect(segments.map(({ space, text }) => space + text).join("")).toBe(text);
  return segments.map(({ text }) => text);
}

/** Sentences with ` | ` between them. */
const CASES: readonly (readonly [locale: string | undefined, sentences: string])[] = [
  ["en", "Other good editions are in vol. 4. | He left."],
  ["en", "See e.g. Paris, i.e. France. | Dr. Jones, Ph.D. (Oxford), met Mr. Wiggles at noon. | They left."],
  ["en", "See No. 7, Fig. 3, p. 12 and pp. 3-4. | I said no. | Then I left."],
  ["en", "J. R. R. Tolkien wrote it in St. Ives. | It is he, not I. | Go. | It is late!"],
  ["en", "Inst. of Physics v. Smith Inc. and Sons, Oct. 4. | Lt. Col. Brown came."],
  ["en", "1. Buy milk. | 2. Buy bread. | (B. Or not. | IV. The end."],
  ["en", "Steps follow. | 1. Open it. | 1.2. Close it."],
  ["en", "It was in 1990. | Then I moved to no. 5. | I have 2. | You have 3."],
  ["en", "See https://example.org/a?b=c!d?e for more. | Really? | Yes!"],
  ["en", 'He said "Mr. Smith". | She left.'],
  [
    "fr",
    "M. Dupont et Mme. Durand, p. ex. Paul, cf. Marie, chap. 4, av. J.-C. et après. | Il regarde la mer. | Puis rien.",
  ],
  ["de", "Am 3. Oktober kam Hr. Dr. Weber, z. B. Frau Prof. Maier, bzw. Herr Klein. | Er blieb."],
  ["de", "Das war z.B. Berlin ca. 300 v. Chr. Diese Art. | So. | Siehe Art. 5 und Nr. 7."],
  ["es", "El Sr. López y la Sra. Gil viven en la Avda. Goya, pág. 4, p. ej. Juan. | Miro el mar. | Luego nada."],
  ["it", "Il Sig. Rossi e il Dott. Bianchi, pag. 4, N.d.T. Ecco. | Ciao a tutti. | Bene."],
  ["pt", "O Sr. Silva e a Dra. Costa, p. ex. Ana, na Av. Paulista, pág. 4. | Olho o mar. | Depois nada."],
  ["nl", "Dhr. Jansen en mevr. De Vries, bijv. Anna, op blz. 4. | Goed."],
  ["pl", "To np. Warszawa, ul. Nowa 5, prof. Nowak. | Dobrze."],
  ["sv", "Det är t.ex. Stockholm, kl. 5, dr. Berg. | Bra."],
  ["cs", "To je např. Praha, 3. května, tzv. Zlatá. | Dobře."],
  ["ru", "Это г. Москва, ул. Новая, стр. 5. | Это я. | Потом он."],
  [undefined, "Mr. Smith met Dr. Jones. | They left."],
  ["xx-unknown", "Mr. Smith met Dr. Jones. | They left."],
];

describe("sentences", () => {
  test.each(CASES)("of %s end where they do: %s", (locale, expected) => {
    expect(sentences(expected.replaceAll(" | ", " "), locale)).toEqual(expected.split(" | "));
  });

  test("end with their line, whatever they end with", () => {
    expect(sentences("Mr.\nSmith\n1.\nMilk", "en")).toEqual(["Mr.", "Smith", "1.", "Milk"]);
  });

  test("are found in a time that grows with the text, though all of it is abbreviations", () => {
    const start = process.cpuUsage();
    expect(sentences("Mr. A. ".repeat(20_000).trim(), "en")).toHaveLength(1);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // 0.4 s; minutes if it is quadratic
  });
});
